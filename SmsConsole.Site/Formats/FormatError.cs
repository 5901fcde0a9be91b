using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace SmsConsole.SiteServer.Formats;

/// <summary>Why a file could not be used.</summary>
/// <param name="Code">One of <see cref="FormatErrorCode"/>; a set-aside file gets it as its extension (KB121683).</param>
/// <param name="Line">1-based line; 0 when the fault is in the whole file (something missing, too large).</param>
/// <param name="Message">One sentence for an administrator. Never holds a secret from the file.</param>
public sealed record FormatError(int Code, int Line, string Message)
{
    /// <summary>The extension of the set-aside file, with its dot: <c>.714</c>.</summary>
    public string Extension => "." + Code.ToString("000", CultureInfo.InvariantCulture);

    public override string ToString() => Line > 0
        ? string.Create(CultureInfo.InvariantCulture, $"error {Code}, line {Line}: {Message}")
        : string.Create(CultureInfo.InvariantCulture, $"error {Code}: {Message}");
}

/// <summary>The codes of <see cref="FormatError"/>. 710-718 are those of KB121683; the others are ours.</summary>
public static class FormatErrorCode
{
    /// <summary>A send request that cannot be used; the place of INVALID among the states of KB123221.</summary>
    public const int BadSendRequest = (int)SendRequestState.Invalid;

    /// <summary>No usable SYSTEM.MAP; the event Hierarchy Manager logs for it (KB122181).</summary>
    public const int BadSystemMap = 387;

    /// <summary>Not a site control file, beyond its limits, or a part without a code of its own is malformed.</summary>
    public const int CannotRead = 710;

    public const int BadLocalTransaction = 711;
    public const int BadTransaction = 712;
    public const int BadType = 713;

    /// <summary>FILE_DEFINITION or SITE_ACCOUNT holds an impossible value.</summary>
    public const int BadSiteInfo = 714;

    public const int NoDomain = 715;

    /// <summary>SITE_ACCOUNT or ADDRESS is missing, or an ADDRESS is malformed.</summary>
    public const int NoAccountOrAddress = 716;

    /// <summary>A primary site without SQL server or database name.</summary>
    public const int NoSql = 717;

    /// <summary>COMPONENT or SENDER is missing, or one of them or an OUTBOX is malformed.</summary>
    public const int NoComponentOrSender = 718;
}

/// <summary>A value or the reason there is none. Bad input is expected, so no parser of ours throws for it.</summary>
public sealed class ParseResult<T> where T : class
{
    private ParseResult(T? value, FormatError? error) => (Value, Error) = (value, error);

    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsOk => Value is not null;

    public T? Value { get; }

    public FormatError? Error { get; }

    public static implicit operator ParseResult<T>(T value) => new(value, null);

    public static implicit operator ParseResult<T>(FormatError error) => new(null, error);
}
