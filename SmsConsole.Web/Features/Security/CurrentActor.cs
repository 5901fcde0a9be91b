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

/// <summary>Asks every 30 seconds whether the session still counts; when not, the circuit's user becomes nobody and its page leaves.</summary>
internal sealed class SessionAuthenticationStateProvider(ILoggerFactory loggers, ISessions sessions)
    : Microsoft.AspNetCore.Components.Server.RevalidatingServerAuthenticationStateProvider(loggers)
{
    protected override TimeSpan RevalidationInterval => TimeSpan.FromSeconds(30);

    protected override Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState, CancellationToken cancellationToken) =>
        sessions.IsCurrentAsync(authenticationState.User, cancellationToken);
}
