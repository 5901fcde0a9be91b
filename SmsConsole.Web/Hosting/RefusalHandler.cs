using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using SmsConsole.Engine;
using SmsConsole.Web.Features.Security;

namespace SmsConsole.Web.Hosting;

/// <summary>
/// What a policy refuses somebody who is signed in goes to the audit, as what a command refuses does. What the framework itself answers for an
/// address (405, 415) is said to anybody: it is in the published description of the API.
/// </summary>
internal sealed class RefusalHandler(IAuditTrail audit) : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler _usual = new();

    public async Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (!authorizeResult.Succeeded && context.GetEndpoint() is { } and not RouteEndpoint && context.Request.Path.StartsWithSegments("/api"))
        {
            await next(context);
            return;
        }

        if (authorizeResult.Forbidden && CurrentActor.Of(context.User) is { } actor)
        {
            await audit.RefusedAsync(actor, $"{context.Request.Method} {context.Request.Path}", context.RequestAborted);
        }

        await _usual.HandleAsync(next, context, policy, authorizeResult);
    }
}
