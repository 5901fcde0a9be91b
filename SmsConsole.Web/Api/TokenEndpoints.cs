using SmsConsole.Engine;
using SmsConsole.Web.Hosting;

namespace SmsConsole.Web.Api;

internal sealed record TokenRequest(string UserName, string Password);

internal static class TokenEndpoints
{
    public static void MapTokens(this IEndpointRouteBuilder api) =>
        api.MapPost("/tokens", async (TokenRequest request, HttpContext context, ISessions sessions) =>
            {
                var outcome = await sessions.SignInAsync(request.UserName ?? string.Empty, request.Password ?? string.Empty, context.Connection.RemoteIpAddress?.ToString(), context.RequestAborted);
                return outcome.Principal is { } principal
                    ? Results.Ok(sessions.IssueToken(principal))
                    : Problems.Of(StatusCodes.Status401Unauthorized, "token.refused", SignInOutcome.RefusedText);
            })
            .AllowAnonymous().RequireRateLimiting(ConsoleHost.SignInLimit).WithTags("Tokens").WithSummary("A bearer token for user name and password")
            .Produces<ApiToken>().ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status429TooManyRequests);
}
