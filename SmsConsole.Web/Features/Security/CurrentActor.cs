using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using SmsConsole.Data.Queries;
using SmsConsole.Engine;

namespace SmsConsole.Web.Features.Security;

/// <summary>Who asks, read anew for every command: a circuit whose session has ended is nobody.</summary>
internal sealed class CurrentActor(AuthenticationStateProvider state)
{
    public async Task<Actor?> GetAsync() => Of((await state.GetAuthenticationStateAsync()).User);

    public static Actor? Of(ClaimsPrincipal principal) =>
        principal.Identity is { IsAuthenticated: true, Name: { } name } && Enum.TryParse<Role>(principal.FindFirstValue(ClaimTypes.Role), out var role)
            ? new Actor(name, role)
            : null;
}

/// <summary>
/// Asks every 30 seconds whether the session still counts; when not, the circuit's user becomes nobody and its page leaves. A database that does not
/// answer ends no session: nobody can do anything without it, and what a person has half typed is theirs when it is back.
/// </summary>
internal sealed class SessionAuthenticationStateProvider(ILoggerFactory loggers, ILogger<SessionAuthenticationStateProvider> log, ISessions sessions)
    : Microsoft.AspNetCore.Components.Server.RevalidatingServerAuthenticationStateProvider(loggers)
{
    protected override TimeSpan RevalidationInterval => TimeSpan.FromSeconds(30);

    protected override async Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState, CancellationToken cancellationToken)
    {
        try
        {
            return await sessions.IsCurrentAsync(authenticationState.User, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            SessionLog.NotAsked(log, e);
            return true;
        }
    }
}

internal static partial class SessionLog
{
    [LoggerMessage(4004, LogLevel.Warning, "Whether a session still counts could not be asked")]
    public static partial void NotAsked(ILogger logger, Exception exception);
}
