using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using SmsConsole.Data;
using SmsConsole.Data.Security;
using SmsConsole.Data.Status;

namespace SmsConsole.Engine;

/// <summary>
/// Changes users through Identity's UserManager, each command in one transaction with its audit rows. Writers take turns, so two administrators
/// cannot remove each other as the last one, nor two first ones appear.
/// </summary>
internal sealed class UserCommands(SmsStore store, IServiceScopeFactory scopes, Sessions sessions, SignInThrottle throttle, TimeProvider time) : IUserCommands
{
    public async Task<CommandResult<UserRow>> CreateAsync(Actor actor, NewUser user, CancellationToken cancellationToken = default)
    {
        if (await RefuseAsync(actor, "user.create", user.UserName, cancellationToken) is { } refused)
        {
            return refused;
        }

        return await AddAsync(actor.UserName, user, _ => Task.FromResult<CommandError?>(null), cancellationToken);
    }

    public Task<CommandResult<UserRow>> CreateFirstAdministratorAsync(string userName, string password, CancellationToken cancellationToken = default) =>
        AddAsync(userName, new NewUser(userName, Role.Administrator, password), async context =>
            await context.Users.AnyAsync(u => u.Role == Role.Administrator, cancellationToken)
                ? new CommandError(CommandErrorKind.Conflict, "setup.done", "There is an administrator already.")
                : null, cancellationToken);

    public Task<CommandResult> SetRoleAsync(Actor actor, string userName, Role role, CancellationToken cancellationToken = default) =>
        ChangeAsync(actor, userName, new UserChange(Role: role), cancellationToken);

    public Task<CommandResult> SetDisabledAsync(Actor actor, string userName, bool disabled, CancellationToken cancellationToken = default) =>
        ChangeAsync(actor, userName, new UserChange(Disabled: disabled), cancellationToken);

    public Task<CommandResult> ResetPasswordAsync(Actor actor, string userName, string password, CancellationToken cancellationToken = default) =>
        ChangeAsync(actor, userName, new UserChange(Password: password), cancellationToken);

    public async Task<CommandResult> ChangeAsync(Actor actor, string userName, UserChange change, CancellationToken cancellationToken = default)
    {
        if (await RefuseAsync(actor, ActionOf(change), userName, cancellationToken) is { } refused)
        {
            return CommandResult.Failure(refused);
        }

        var errors = new List<CommandError>();
        if (change.Password is { } typed && UserRules.CheckPassword(typed) is { } wrong)
        {
            errors.Add(new CommandError(CommandErrorKind.Invalid, "user.password", wrong, "password"));
        }

        if (change.Role is { } named && !Enum.IsDefined(named))
        {
            errors.Add(new CommandError(CommandErrorKind.Invalid, "user.role", "There is no such role.", "role"));
        }

        return errors.Count > 0
            ? CommandResult.Failure(errors)
            : await ApplyAsync(actor, userName, change, cancellationToken);
    }

    public async Task<CommandResult> ChangeOwnPasswordAsync(Actor actor, string currentPassword, string newPassword, CancellationToken cancellationToken = default)
    {
        if (UserRules.CheckPassword(newPassword) is { } wrong)
        {
            return CommandResult.Failure(new CommandError(CommandErrorKind.Invalid, "user.password", wrong, "newPassword"));
        }

        // A session that was left open, or stolen, is no place to guess from either.
        var mayTry = throttle.TryBegin(actor.UserName, from: null);
        var result = await ChangeAsync(actor, actor.UserName, async (work, user) =>
        {
            if (!mayTry)
            {
                return work.Refused("user.changePassword", new CommandError(CommandErrorKind.Invalid, "user.mustWait", "Too many wrong passwords. Wait a few minutes before you try again.", "currentPassword"));
            }

            if (!await work.Users.CheckPasswordAsync(user, currentPassword))
            {
                return work.Refused("user.changePassword", new CommandError(CommandErrorKind.Invalid, "user.currentPassword", "The present password is not that.", "currentPassword"));
            }

            work.Audit("user.changePassword", null, null);
            user.PasswordHash = work.Users.PasswordHasher.HashPassword(user, newPassword);
            return await Work.SaveAsync(u => work.Users.UpdateSecurityStampAsync(u), user);
        }, cancellationToken);
        if (result.Succeeded)
        {
            throttle.Succeeded(actor.UserName, from: null);
        }

        return result;
    }

    private static string ActionOf(UserChange change) => change switch
    {
        { Password: not null } => "user.resetPassword",
        { Role: not null } => "user.role",
        { Disabled: false } => "user.enable",
        _ => "user.disable",
    };

    private static CommandError LastAdministrator(string field) =>
        new(CommandErrorKind.Conflict, "user.lastAdministrator", "This is the last administrator who can sign in. Make another user administrator first.", field);

    private static async Task<bool> IsLastAdministratorAsync(SmsContext context, ConsoleUser user, CancellationToken cancellationToken) =>
        user is { Role: Role.Administrator, Disabled: false }
        && !await context.Users.AnyAsync(u => u.Id != user.Id && u.Role == Role.Administrator && !u.Disabled, cancellationToken);

    private async Task<CommandResult> ApplyAsync(Actor actor, string userName, UserChange change, CancellationToken cancellationToken)
    {
        var result = await ChangeAsync(actor, userName, (work, user) => ApplyAsync(work, user, change, cancellationToken), cancellationToken);
        if (result.Succeeded && change.Password is not null)
        {
            throttle.Forget(userName);
        }

        return result;
    }

    private static async Task<CommandError?> ApplyAsync(Work work, ConsoleUser user, UserChange change, CancellationToken cancellationToken)
    {
        var (role, disabled) = (change.Role ?? user.Role, change.Disabled ?? user.Disabled);
        if ((role != Role.Administrator || disabled) && await IsLastAdministratorAsync(work.Context, user, cancellationToken))
        {
            return work.Refused(role != Role.Administrator ? "user.role" : "user.disable", LastAdministrator(role != Role.Administrator ? "role" : "disabled"));
        }

        if (change.Password is null && role == user.Role && disabled == user.Disabled)
        {
            return null;
        }

        if (change.Password is { } password)
        {
            work.Audit("user.resetPassword", null, null);
            user.LockoutEnd = null;
            user.PasswordHash = work.Users.PasswordHasher.HashPassword(user, password);
        }

        if (role != user.Role)
        {
            work.Audit("user.role", user.Role.ToString(), role.ToString());
            user.Role = role;
        }

        if (disabled != user.Disabled)
        {
            work.Audit(disabled ? "user.disable" : "user.enable", user.Disabled ? "disabled" : "enabled", disabled ? "disabled" : "enabled");
            user.Disabled = disabled;
        }

        return await Work.SaveAsync(u => work.Users.UpdateSecurityStampAsync(u), user);
    }

    /// <summary>A refused attempt changes nothing but the audit.</summary>
    private async Task<CommandError?> RefuseAsync(Actor actor, string action, string target, CancellationToken cancellationToken)
    {
        if (actor.Role == Role.Administrator)
        {
            return null;
        }

        var refused = new CommandError(CommandErrorKind.Forbidden, "role.administrator", "Only an administrator may manage users.");
        await store.InTransactionAsync(
            (context, _) =>
            {
                context.Audit.Add(Authorization.Audit(context, actor, action, Sessions.Printable(target), refused.Code, succeeded: false));
                return Task.CompletedTask;
            },
            cancellationToken);
        return refused;
    }

    private async Task<CommandResult<UserRow>> AddAsync(string who, NewUser user, Func<SmsContext, Task<CommandError?>> refuse, CancellationToken cancellationToken)
    {
        var errors = new List<CommandError>();
        if (UserRules.CheckName(user.UserName) is { } wrongName)
        {
            errors.Add(new CommandError(CommandErrorKind.Invalid, "user.name", wrongName, "userName"));
        }

        if (UserRules.CheckPassword(user.Password) is { } wrongPassword)
        {
            errors.Add(new CommandError(CommandErrorKind.Invalid, "user.password", wrongPassword, "password"));
        }

        if (!Enum.IsDefined(user.Role))
        {
            errors.Add(new CommandError(CommandErrorKind.Invalid, "user.role", "There is no such role.", "role"));
        }

        if (errors.Count > 0)
        {
            return errors.ToArray();
        }

        var error = await InTransactionAsync(async work =>
        {
            if (await refuse(work.Context) is { } refused)
            {
                return refused;
            }

            if (await work.Users.FindByNameAsync(user.UserName) is not null)
            {
                return new CommandError(CommandErrorKind.Conflict, "user.nameTaken", $"There is a user {user.UserName} already.", "userName");
            }

            work.Begin(who, user.UserName);
            work.Audit("user.create", null, user.Role.ToString());
            var added = new ConsoleUser { UserName = user.UserName, Role = user.Role, LockoutEnabled = true };
            return await Work.SaveAsync(u => work.Users.CreateAsync(u, user.Password), added);
        }, cancellationToken);
        return error is null ? new UserRow(user.UserName, user.Role, false, false, null) : error;
    }

    private async Task<CommandResult> ChangeAsync(Actor actor, string userName, Func<Work, ConsoleUser, Task<CommandError?>> change, CancellationToken cancellationToken)
    {
        var error = await InTransactionAsync(async work =>
        {
            if (await work.Users.FindByNameAsync(userName) is not { } user)
            {
                return new CommandError(CommandErrorKind.NotFound, "user.notFound", $"There is no user {userName}.");
            }

            work.Begin(actor.UserName, user.UserName!);
            return await change(work, user);
        }, cancellationToken);
        sessions.Forget(userName);
        return error is null ? CommandResult.Success : CommandResult.Failure(error);
    }

    private async Task<CommandError?> InTransactionAsync(Func<Work, Task<CommandError?>> act, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await store.InTransactionAsync(async (context, _) =>
        {
            // Identity's manager over the context of this transaction, not over the scope's own.
            using var users = ActivatorUtilities.CreateInstance<UserManager<ConsoleUser>>(scope.ServiceProvider, new UserOnlyStore<ConsoleUser, SmsContext>(context));
            var work = new Work(context, users, time);
            var error = await act(work);
            if (error is not null && !work.IsRefusal)
            {
                context.Abandon();
            }

            return error;
        }, cancellationToken);
    }

    /// <summary>One transaction's context, users and audit rows.</summary>
    private sealed class Work(SmsContext context, UserManager<ConsoleUser> users, TimeProvider time)
    {
        private (string Who, string Target) _what;

        public SmsContext Context { get; } = context;

        public UserManager<ConsoleUser> Users { get; } = users;

        public void Begin(string who, string target) => _what = (who, target);

        /// <summary>Nothing was changed, and that it was tried is to be kept.</summary>
        public bool IsRefusal { get; private set; }

        public CommandError Refused(string action, CommandError error)
        {
            IsRefusal = true;
            Audit(action, null, error.Code, succeeded: false);
            return error;
        }

        public void Audit(string action, string? before, string? after, bool succeeded = true) => Context.Audit.Add(new AuditEntry
        {
            At = time.GetUtcNow().UtcDateTime,
            Who = _what.Who,
            Action = action,
            Target = _what.Target,
            Before = before,
            After = after,
            Succeeded = succeeded,
        });

        /// <summary>Identity saves the context, so the audit rows go with the change.</summary>
        public static async Task<CommandError?> SaveAsync(Func<ConsoleUser, Task<IdentityResult>> save, ConsoleUser user)
        {
            var result = await save(user);
            return result.Succeeded
                ? null
                : new CommandError(CommandErrorKind.Conflict, "user.conflict", string.Join(" ", result.Errors.Select(e => e.Description)));
        }
    }
}
