using System.Security.Claims;
using SmsConsole.Data.Queries;
using SmsConsole.Engine;

namespace SmsConsole.TestKit;

/// <summary>Users and sessions in memory. A token is the user's name; passwords are in the clear.</summary>
public sealed class FakeUsers : IUserCommands, ISessions
{
    private readonly Dictionary<string, string> _passwords = new(StringComparer.OrdinalIgnoreCase);

    public List<UserRow> Rows { get; } = [];

    public List<string> Ended { get; } = [];

    public FakeUsers With(string name, Role role, bool disabled = false, string password = "correct horse")
    {
        Rows.Add(new UserRow(name, role, disabled, false, null));
        _passwords[name] = password;
        return this;
    }

    public Task<CommandResult<UserRow>> CreateAsync(Actor actor, NewUser user, CancellationToken cancellationToken = default)
    {
        CommandResult<UserRow> result = FakePrimary.Refused(actor, Role.Administrator) is { } refused ? refused
            : UserRules.CheckPassword(user.Password) is { } wrong ? new CommandError(CommandErrorKind.Invalid, "user.password", wrong, "password")
            : Rows.Exists(u => u.UserName == user.UserName) ? new CommandError(CommandErrorKind.Conflict, "user.nameTaken", $"There is a user {user.UserName} already.", "userName")
            : new UserRow(user.UserName, user.Role, false, false, null);
        if (result.Succeeded)
        {
            With(user.UserName, user.Role, password: user.Password);
        }

        return Task.FromResult(result);
    }

    public Task<CommandResult> ChangeAsync(Actor actor, string userName, UserChange change, CancellationToken cancellationToken = default)
    {
        _passwords[userName] = change.Password ?? _passwords.GetValueOrDefault(userName, "");
        return Change(actor, userName, u => u with { Role = change.Role ?? u.Role, Disabled = change.Disabled ?? u.Disabled, LockedOut = change.Password is null && u.LockedOut });
    }

    public Task<CommandResult> SetRoleAsync(Actor actor, string userName, Role role, CancellationToken cancellationToken = default) => Change(actor, userName, u => u with { Role = role });

    public Task<CommandResult> SetDisabledAsync(Actor actor, string userName, bool disabled, CancellationToken cancellationToken = default) => Change(actor, userName, u => u with { Disabled = disabled });

    public Task<CommandResult> ResetPasswordAsync(Actor actor, string userName, string password, CancellationToken cancellationToken = default)
    {
        _passwords[userName] = password;
        return Change(actor, userName, u => u with { LockedOut = false });
    }

    public Task<CommandResult> ChangeOwnPasswordAsync(Actor actor, string currentPassword, string newPassword, CancellationToken cancellationToken = default)
    {
        if (_passwords.GetValueOrDefault(actor.UserName) != currentPassword)
        {
            return Task.FromResult(CommandResult.Failure(new CommandError(CommandErrorKind.Invalid, "user.currentPassword", "The present password is not that.", "currentPassword")));
        }

        _passwords[actor.UserName] = newPassword;
        return Task.FromResult(CommandResult.Success);
    }

    public Task<CommandResult<UserRow>> CreateFirstAdministratorAsync(string userName, string password, CancellationToken cancellationToken = default) =>
        Rows.Exists(u => u.Role == Role.Administrator)
            ? Task.FromResult<CommandResult<UserRow>>(new CommandError(CommandErrorKind.Conflict, "setup.done", "There is an administrator already."))
            : CreateAsync(new Actor(userName, Role.Administrator), new NewUser(userName, Role.Administrator, password), cancellationToken);

    public Task<SignInOutcome> SignInAsync(string userName, string password, string? from, CancellationToken cancellationToken = default) =>
        Task.FromResult(new SignInOutcome(Rows.Find(u => u.UserName == userName) is { Disabled: false } user && _passwords.GetValueOrDefault(userName) == password ? PrincipalOf(user) : null));

    public Task<bool> IsCurrentAsync(ClaimsPrincipal principal, CancellationToken cancellationToken = default) =>
        Task.FromResult(Rows.Find(u => u.UserName == principal.Identity?.Name) is { Disabled: false } user && principal.IsInRole(user.Role.ToString()) && !Ended.Contains(user.UserName));

    public Task SignOutAsync(ClaimsPrincipal principal, CancellationToken cancellationToken = default)
    {
        Ended.Add(principal.Identity!.Name!);
        return Task.CompletedTask;
    }

    public ApiToken IssueToken(ClaimsPrincipal principal) => new(principal.Identity!.Name!, FakePrimary.Start.AddHours(1));

    public Task<ClaimsPrincipal?> ReadTokenAsync(string token, CancellationToken cancellationToken = default) =>
        Task.FromResult(Rows.Find(u => u.UserName == token) is { Disabled: false } user ? PrincipalOf(user) : null);

    public static ClaimsPrincipal PrincipalOf(UserRow user) =>
        new(new ClaimsIdentity([new(ClaimTypes.Name, user.UserName), new(ClaimTypes.Role, user.Role.ToString()), new(SessionClaims.Session, "s"), new(SessionClaims.Stamp, "s")], "Fake"));

    private Task<CommandResult> Change(Actor actor, string userName, Func<UserRow, UserRow> change)
    {
        var index = Rows.FindIndex(u => u.UserName == userName);
        if ((FakePrimary.Refused(actor, Role.Administrator) ?? (index < 0 ? new CommandError(CommandErrorKind.NotFound, "user.notFound", $"There is no user {userName}.") : null)) is { } error)
        {
            return Task.FromResult(CommandResult.Failure(error));
        }

        Rows[index] = change(Rows[index]);
        return Task.FromResult(CommandResult.Success);
    }
}
