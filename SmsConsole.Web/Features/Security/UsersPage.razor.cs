using Microsoft.AspNetCore.Components;
using Radzen;
using SmsConsole.Data.Queries;
using SmsConsole.Engine;
using SmsConsole.Web.Components.Shared;

namespace SmsConsole.Web.Features.Security;

/// <summary>People who may sign in: create, role, disable, reset password.</summary>
public sealed partial class UsersPage
{
    private LiveView<Page<UserRow>>? _view;

    // A new number makes the choices anew: the browser keeps what was picked, also after a no.
    private int _asked;

    [Inject]
    private IStatusQueries Queries { get; set; } = default!;

    [Inject]
    private IUserCommands Commands { get; set; } = default!;

    [Inject]
    private Acts Acts { get; set; } = default!;

    [Inject]
    private DialogService Dialogs { get; set; } = default!;

    private async Task NewAsync()
    {
        await Dialogs.OpenAsync<UserDialog>("New user", null, new DialogOptions { Width = "min(28rem, 94vw)", CloseDialogOnEsc = true });
        _view?.Refresh();
    }

    private async Task ResetAsync(UserRow user)
    {
        await Dialogs.OpenAsync<UserDialog>($"Reset the password of {user.UserName}", new Dictionary<string, object?> { [nameof(UserDialog.Existing)] = user }, new DialogOptions { Width = "min(28rem, 94vw)", CloseDialogOnEsc = true });
        _view?.Refresh();
    }

    private async Task RoleAsync(UserRow user, string? chosen)
    {
        if (!Enum.TryParse<Role>(chosen, out var role) || role == user.Role)
        {
            return;
        }

        if (!await Acts.ConfirmAsync($"Make {user.UserName} {role}?", $"{user.UserName} is {user.Role} now. Open sessions of {user.UserName} end.", $"Make {role}")
            || (await Acts.RunAsync(actor => Commands.SetRoleAsync(actor, user.UserName, role), $"{user.UserName} is {role}")).Count > 0)
        {
            _asked++;
        }

        _view?.Refresh();
    }

    private async Task DisableAsync(UserRow user)
    {
        if (user.Disabled || await Acts.ConfirmAsync($"Disable {user.UserName}?", $"{user.UserName} can no longer sign in, and open sessions of {user.UserName} end within half a minute.", "Disable"))
        {
            await Acts.RunAsync(actor => Commands.SetDisabledAsync(actor, user.UserName, !user.Disabled), $"{user.UserName} is {(user.Disabled ? "enabled" : "disabled")}");
            _view?.Refresh();
        }
    }
}

internal static class UserPresentation
{
    public static StateLook Of(UserRow user) => user switch
    {
        { Disabled: true } => new("Disabled", IconName.Cancelled, Tone.Neutral),
        { LockedOut: true } => new("Enabled, failed sign-ins", IconName.Lock, Tone.Warn),
        _ => new("Enabled", IconName.Check, Tone.Good),
    };
}
