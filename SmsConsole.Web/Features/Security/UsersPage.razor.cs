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
        await Dialogs.OpenAsync<UserDialog>(Texts.NewUser, null, new DialogOptions { Width = "min(28rem, 94vw)", CloseDialogOnEsc = true });
        _view?.Refresh();
    }

    private async Task ResetAsync(UserRow user)
    {
        await Dialogs.OpenAsync<UserDialog>(Texts.ResetThePasswordOf.With(user.UserName), new Dictionary<string, object?> { [nameof(UserDialog.Existing)] = user }, new DialogOptions { Width = "min(28rem, 94vw)", CloseDialogOnEsc = true });
        _view?.Refresh();
    }

    private async Task RoleAsync(UserRow user, string? chosen)
    {
        if (!Enum.TryParse<Role>(chosen, out var role) || role == user.Role)
        {
            return;
        }

        if (!await Acts.ConfirmAsync(Texts.RoleQuestion.With(user.UserName, UserPresentation.Of(role)), Texts.WhatRoleDoes.With(user.UserName, UserPresentation.Of(user.Role)), Texts.MakeRole.With(UserPresentation.Of(role)))
            || (await Acts.RunAsync(actor => Commands.SetRoleAsync(actor, user.UserName, role), Texts.HasRole.With(user.UserName, UserPresentation.Of(role)))).Count > 0)
        {
            _asked++;
        }

        _view?.Refresh();
    }

    private async Task DisableAsync(UserRow user)
    {
        if (user.Disabled || await Acts.ConfirmAsync(Texts.DisableQuestion.With(user.UserName), Texts.WhatDisableDoes.With(user.UserName), Texts.Disable))
        {
            await Acts.RunAsync(actor => Commands.SetDisabledAsync(actor, user.UserName, !user.Disabled), (user.Disabled ? Texts.IsEnabled : Texts.IsDisabled).With(user.UserName));
            _view?.Refresh();
        }
    }
}

internal static class UserPresentation
{
    public static string Of(Role role) => role switch
    {
        Role.Viewer => Texts.Viewer,
        Role.Operator => Texts.Operator,
        Role.Administrator => Texts.Administrator,
    };

    public static StateLook Of(UserRow user) => user switch
    {
        { Disabled: true } => new(Texts.StateDisabled, IconName.Cancelled, Tone.Neutral),
        { LockedOut: true } => new(Texts.StateLockedOut, IconName.Lock, Tone.Warn),
        _ => new(Texts.StateEnabled, IconName.Check, Tone.Good),
    };
}
