namespace SmsConsole.Engine;

/// <summary>What an administrator says of a new user.</summary>
public sealed record NewUser(string UserName, Role Role, string Password)
{
    public override string ToString() => $"NewUser {{ UserName = {UserName}, Role = {Role} }}";
}

/// <summary>What is to change of a user; what is absent stays.</summary>
public sealed record UserChange(Role? Role = null, bool? Disabled = null, string? Password = null)
{
    public override string ToString() => $"UserChange {{ Role = {Role}, Disabled = {Disabled} }}";
}

/// <summary>
/// What can be done with the people who may sign in. Role, password and disabling take effect on open sessions at once in this
/// process and within half a minute in others. There is always one enabled administrator left.
/// </summary>
public interface IUserCommands
{
    /// <summary>Administrator.</summary>
    Task<CommandResult<UserRow>> CreateAsync(Actor actor, NewUser user, CancellationToken cancellationToken = default);

    /// <summary>All of it, or nothing where one part is refused. Administrator.</summary>
    Task<CommandResult> ChangeAsync(Actor actor, string userName, UserChange change, CancellationToken cancellationToken = default);

    /// <summary>Administrator.</summary>
    Task<CommandResult> SetRoleAsync(Actor actor, string userName, Role role, CancellationToken cancellationToken = default);

    /// <summary>Administrator.</summary>
    Task<CommandResult> SetDisabledAsync(Actor actor, string userName, bool disabled, CancellationToken cancellationToken = default);

    /// <summary>Also ends a lock-out and every session of that user. Administrator.</summary>
    Task<CommandResult> ResetPasswordAsync(Actor actor, string userName, string password, CancellationToken cancellationToken = default);

    /// <summary>The actor's own password; ends every session of the actor, the present one too. Viewer.</summary>
    Task<CommandResult> ChangeOwnPasswordAsync(Actor actor, string currentPassword, string newPassword, CancellationToken cancellationToken = default);

    /// <summary>Only while there is no administrator at all; whoever calls has checked the one-time token or has the settings.</summary>
    Task<CommandResult<UserRow>> CreateFirstAdministratorAsync(string userName, string password, CancellationToken cancellationToken = default);
}
