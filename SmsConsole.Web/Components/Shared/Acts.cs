using Radzen;
using SmsConsole.Engine;

namespace SmsConsole.Web.Components.Shared;

/// <summary>Asks before a dangerous act, and says what came of a command. For every page the same.</summary>
internal sealed partial class Acts(DialogService dialogs, NotificationService notes, Features.Security.CurrentActor actor, ILogger<Acts> log)
{
    private object? _asked;

    private static CommandError Ended => new(CommandErrorKind.Forbidden, "session.ended", Texts.SessionEnded);

    private static CommandError Unknown => new(CommandErrorKind.Conflict, "command.failed", Texts.OutcomeUnknown);

    /// <summary>True after a yes. <paramref name="what"/> names what is touched.</summary>
    /// <param name="about">By what <see cref="Withdraw"/> knows the question.</param>
    public async Task<bool> ConfirmAsync(string title, string what, string yes, object? about = null)
    {
        _asked = about;
        var answer = await dialogs.Confirm(what, title, new ConfirmOptions { OkButtonText = yes, CancelButtonText = Texts.KeepAsItIs, CloseDialogOnEsc = true, Width = "min(30rem, 92vw)" });
        _asked = null;
        return answer == true;
    }

    /// <summary>Takes back a question that is open and whose answer no longer matters, and says why.</summary>
    public void Withdraw(object about, string why)
    {
        if (about.Equals(_asked))
        {
            _asked = null;
            dialogs.Close(false);
            Say(NotificationSeverity.Info, why, null, 8000);
        }
    }

    /// <summary>Runs a command for each of several, and says in one note each what was done and for which it was not.</summary>
    /// <param name="done">What to say of that many successes.</param>
    public async Task RunForEachAsync<T>(IReadOnlyList<T> subjects, Func<T, string> name, Func<Actor, T, Task<CommandResult>> command, Func<int, string> done)
    {
        var refused = new List<string>();
        foreach (var subject in subjects)
        {
            if (await ErrorsOfAsync(who => command(who, subject)) is { Count: > 0 } errors)
            {
                refused.Add($"{name(subject)}: {string.Join(' ', errors.Select(e => e.Message))}");
            }
        }

        if (refused.Count < subjects.Count)
        {
            Say(NotificationSeverity.Success, done(subjects.Count - refused.Count), null, 4000);
        }

        if (refused.Count > 0)
        {
            Say(NotificationSeverity.Error, Texts.NotDoneFor.With(refused.Count, subjects.Count), string.Join(' ', refused.Take(3)) + (refused.Count > 3 ? " " + Texts.AndMore.With(refused.Count - 3) : null), 12_000);
        }
    }

    /// <summary>Runs a command as the circuit's user and shows its outcome; the errors are returned for a form to place.</summary>
    /// <param name="done">What to say of a success; null where the page itself says it.</param>
    public async Task<IReadOnlyList<CommandError>> RunAsync<TResult>(Func<Actor, Task<TResult>> command, string? done = null)
        where TResult : CommandResult
    {
        var errors = await ErrorsOfAsync(command);
        if (errors.Count == 0)
        {
            if (done is not null)
            {
                Say(NotificationSeverity.Success, done, null, 4000);
            }
        }
        else if (errors.Any(e => e.Field is null))
        {
            // Errors of fields stand beside them; saying them twice helps nobody.
            Say(NotificationSeverity.Error, errors.Contains(Unknown) ? Texts.SomethingFailed : Texts.NothingChanged, string.Join(" ", errors.Select(e => e.Message)), 8000);
        }

        return errors;
    }

    private async Task<IReadOnlyList<CommandError>> ErrorsOfAsync<TResult>(Func<Actor, Task<TResult>> command)
        where TResult : CommandResult
    {
        try
        {
            return await actor.GetAsync() is { } who ? (await command(who)).Errors : [Ended];
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A commit whose answer was lost may have been done: nobody is told that nothing was changed.
            LogFailed(e);
            return [Unknown];
        }
    }

    [LoggerMessage(4005, LogLevel.Error, "A command failed")]
    private partial void LogFailed(Exception exception);

    private void Say(NotificationSeverity severity, string summary, string? detail, int milliseconds) =>
        notes.Notify(new NotificationMessage { Severity = severity, Summary = summary, Detail = detail ?? string.Empty, Duration = milliseconds, CloseOnClick = true });
}
