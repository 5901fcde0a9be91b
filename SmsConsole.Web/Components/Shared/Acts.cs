using Radzen;
using SmsConsole.Engine;

namespace SmsConsole.Web.Components.Shared;

/// <summary>Asks before a dangerous act, and says what came of a command. For every page the same.</summary>
internal sealed class Acts(DialogService dialogs, NotificationService notes, Features.Security.CurrentActor actor)
{
    private static readonly CommandError _ended = new(CommandErrorKind.Forbidden, "session.ended", "Your session has ended. Sign in again.");
    private object? _asked;

    /// <summary>True after a yes. <paramref name="what"/> names what is touched.</summary>
    /// <param name="about">By what <see cref="Withdraw"/> knows the question.</param>
    public async Task<bool> ConfirmAsync(string title, string what, string yes, object? about = null)
    {
        _asked = about;
        var answer = await dialogs.Confirm(what, title, new ConfirmOptions { OkButtonText = yes, CancelButtonText = "Keep as it is", CloseDialogOnEsc = true, Width = "min(30rem, 92vw)" });
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
            if (await actor.GetAsync() is not { } who)
            {
                refused.Add($"{name(subject)}: {_ended.Message}");
            }
            else if (await command(who, subject) is { Succeeded: false } result)
            {
                refused.Add($"{name(subject)}: {string.Join(' ', result.Errors.Select(e => e.Message))}");
            }
        }

        if (refused.Count < subjects.Count)
        {
            Say(NotificationSeverity.Success, done(subjects.Count - refused.Count), null, 4000);
        }

        if (refused.Count > 0)
        {
            Say(NotificationSeverity.Error, subjects.Count == 1 ? "Nothing was changed" : $"Nothing was changed for {refused.Count} of {subjects.Count}", string.Join(' ', refused.Take(3)) + (refused.Count > 3 ? $" And {refused.Count - 3} more." : null), 12_000);
        }
    }

    /// <summary>Runs a command as the circuit's user and shows its outcome; the errors are returned for a form to place.</summary>
    /// <param name="done">What to say of a success; null where the page itself says it.</param>
    public async Task<IReadOnlyList<CommandError>> RunAsync<TResult>(Func<Actor, Task<TResult>> command, string? done = null)
        where TResult : CommandResult
    {
        if (await actor.GetAsync() is not { } who)
        {
            return [_ended];
        }

        var result = await command(who);
        if (result.Succeeded)
        {
            if (done is not null)
            {
                Say(NotificationSeverity.Success, done, null, 4000);
            }
        }
        else if (result.Errors.Any(e => e.Field is null))
        {
            // Errors of fields stand beside them; saying them twice helps nobody.
            Say(NotificationSeverity.Error, "Nothing was changed", string.Join(" ", result.Errors.Select(e => e.Message)), 8000);
        }

        return result.Errors;
    }

    private void Say(NotificationSeverity severity, string summary, string? detail, int milliseconds) =>
        notes.Notify(new NotificationMessage { Severity = severity, Summary = summary, Detail = detail ?? string.Empty, Duration = milliseconds, CloseOnClick = true });
}
