using SmsConsole.Data;
using SmsConsole.Data.Status;

namespace SmsConsole.Engine;

/// <summary>Who may do what, asked inside every command.</summary>
internal static class Authorization
{
    /// <summary>Null when the actor may.</summary>
    public static CommandError? Refuse(Actor actor, Role needed) =>
        actor.Role >= needed ? null : new CommandError(CommandErrorKind.Forbidden, "actor.forbidden", $"This needs the role {needed}; you are {actor.Role}.");

    public static AuditEntry Audit(SmsContext db, Actor actor, string action, string target, string? after = null, bool succeeded = true, string? before = null) =>
        new() { At = db.Now, Who = actor.UserName, Action = action, Target = target, Before = before, After = after, Succeeded = succeeded };
}
