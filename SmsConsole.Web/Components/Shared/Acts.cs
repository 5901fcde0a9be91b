using Radzen;
using SmsConsole.Engine;

namespace SmsConsole.Web.Components.Shared;

/// <summary>Asks before a dangerous act, and says what came of a command. For every page the same.</summary>
internal sealed class Acts(DialogService dialogs, NotificationService notes, Features.Security.CurrentActor actor)
{
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
            notes.Notify(new NotificationMessage { Severity = NotificationSeverity.Info, Summary = why, Duration = 8000, CloseOnClick = true });
        }
    }

    /// <summary>Runs a command as the circuit's user and shows its outcome; the errors are returned for a form to place.</summary>
    /// <param name="done">What to say of a success; null where the page itself says it.</param>
    public async Task<IReadOnlyList<CommandError>> RunAsync<TResult>(Func<Actor, Task<TResult>> command, string? done = null)
        where TResult : CommandResult
    {
        if (await actor.GetAsync() is not { } who)
        {
            return [new CommandError(CommandErrorKind.Forbidden, "session.ended", "Your session has ended. Sign in again.")];
        }

        var result = await command(who);
        if (result.Succeeded)
        {
            if (done is not null)
            {
                notes.Notify(new NotificationMessage { Severity = NotificationSeverity.Success, Summary = done, Duration = 4000, CloseOnClick = true });
            }
        }
        else if (result.Errors.Any(e => e.Field is null))
        {
            // Errors of fields stand beside them; saying them twice helps nobody.
            notes.Notify(new NotificationMessage { Severity = NotificationSeverity.Error, Summary = "Nothing was changed", Detail = string.Join(" ", result.Errors.Select(e => e.Message)), Duration = 8000, CloseOnClick = true });
        }

        return result.Errors;
    }
}
