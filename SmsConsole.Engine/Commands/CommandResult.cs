namespace SmsConsole.Engine;

/// <summary>Who asks. Commands authorize by it themselves; pages only hide what would be refused.</summary>
public sealed record Actor(string UserName, Role Role);

/// <summary>Kinds of expected failure; each maps to one HTTP status.</summary>
public enum CommandErrorKind
{
    /// <summary>400: the input is wrong.</summary>
    Invalid,

    /// <summary>403: the role does not allow it.</summary>
    Forbidden,

    /// <summary>404: no such thing.</summary>
    NotFound,

    /// <summary>409: the state does not allow it, or somebody else was first.</summary>
    Conflict,
}

/// <summary>An expected failure in the administrator's words.</summary>
/// <param name="Code">Stable name, for example <c>site.codeTaken</c>.</param>
/// <param name="Field">The input it belongs to (camelCase path such as <c>address.host</c>), or null.</param>
public sealed record CommandError(CommandErrorKind Kind, string Code, string Message, string? Field = null);

/// <summary>Errors, or nothing wrong. Nothing has changed where there are errors.</summary>
public class CommandResult
{
    protected CommandResult(IReadOnlyList<CommandError> errors) => Errors = errors;

    public IReadOnlyList<CommandError> Errors { get; }

    public bool Succeeded => Errors.Count == 0;

    public static CommandResult Success { get; } = new([]);

    /// <summary>For a value whose type is an interface, which C# does not convert by itself.</summary>
    public static CommandResult<T> Of<T>(T value) => new(value, []);

    public static CommandResult Failure(params IReadOnlyList<CommandError> errors) => new(errors);
}

/// <summary>Errors or a value.</summary>
public sealed class CommandResult<T> : CommandResult
{
    private readonly T? _value;

    internal CommandResult(T? value, IReadOnlyList<CommandError> errors)
        : base(errors) => _value = value;

    public T Value => Succeeded ? _value! : throw new InvalidOperationException("A failed command has no value.");

    public static implicit operator CommandResult<T>(T value) => new(value, []);

    public static implicit operator CommandResult<T>(CommandError error) => new(default, [error]);

    public static implicit operator CommandResult<T>(CommandError[] errors) => new(default, errors);
}
