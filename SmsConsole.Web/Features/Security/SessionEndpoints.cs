using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using SmsConsole.Data.Queries;
using SmsConsole.Engine;
using SmsConsole.Web.Hosting;

namespace SmsConsole.Web.Features.Security;

/// <summary>
/// Where the forms of sign-in, sign-out and set-up are sent. Plain form posts with antiforgery, answered by a redirect: they work
/// without a circuit, and a reload never sends a password twice.
/// </summary>
internal static class SessionEndpoints
{
    public static void MapSessionEndpoints(this IEndpointRouteBuilder app)
    {
        app.MapPost("/session/sign-in", SignInAsync).AllowAnonymous().RequireRateLimiting(ConsoleHost.SignInLimit).ExcludeFromDescription();
        app.MapPost("/session/set-up", SetUpAsync).AllowAnonymous().RequireRateLimiting(ConsoleHost.SignInLimit).ExcludeFromDescription();
        app.MapPost("/session/sign-out", SignOutAsync).RequireAuthorization(Policies.Viewer).ExcludeFromDescription();
    }

    private static async Task<IResult> SignInAsync(HttpContext context, ISessions sessions, [FromForm] string? userName, [FromForm] string? password, [FromForm] string? returnUrl)
    {
        var outcome = await sessions.SignInAsync(userName ?? string.Empty, password ?? string.Empty, context.Connection.RemoteIpAddress?.ToString(), context.RequestAborted);
        if (outcome.Principal is null)
        {
            return Results.LocalRedirect(QueryStrings.Add("/login", ("failed", "true"), ("returnUrl", LocalUrl.OrHome(returnUrl) is var back && back == "/" ? null : back)));
        }

        await context.SignInAsync(Schemes.Cookie, outcome.Principal, new AuthenticationProperties { IsPersistent = false });
        return Results.LocalRedirect(LocalUrl.OrHome(returnUrl));
    }

    private static async Task<IResult> SignOutAsync(HttpContext context, ISessions sessions, [FromForm] string? confirm)
    {
        _ = confirm; // A form parameter makes the endpoint demand the antiforgery token.
        await sessions.SignOutAsync(context.User, context.RequestAborted);
        await context.SignOutAsync(Schemes.Cookie);
        return Results.LocalRedirect("/login?signedOut=true");
    }

    private static async Task<IResult> SetUpAsync(HttpContext context, SetupToken expected, IStatusQueries status, IUserCommands users, ISessions sessions, [FromForm] string? token, [FromForm] string? userName, [FromForm] string? password, [FromForm] string? repeat)
    {
        if (!expected.Matches(token) || !await status.NeedsFirstAdministratorAsync(context.RequestAborted))
        {
            return Results.NotFound();
        }

        string Again(string problem) => QueryStrings.Add("/setup", ("token", token), ("userName", userName), ("problem", problem));
        if (password != repeat)
        {
            return Results.LocalRedirect(Again(SetupProblems.Repeat));
        }

        var created = await users.CreateFirstAdministratorAsync(userName ?? string.Empty, password ?? string.Empty, context.RequestAborted);
        if (!created.Succeeded)
        {
            return created.Errors.Any(e => e.Kind == CommandErrorKind.Conflict)
                ? Results.NotFound()
                : Results.LocalRedirect(Again(created.Errors.Any(e => e.Field == "userName") ? SetupProblems.Name : SetupProblems.Password));
        }

        var outcome = await sessions.SignInAsync(userName!, password!, context.Connection.RemoteIpAddress?.ToString(), context.RequestAborted);
        if (outcome.Principal is not null)
        {
            await context.SignInAsync(Schemes.Cookie, outcome.Principal);
        }

        return Results.LocalRedirect("/");
    }
}

/// <summary>Names of what can be wrong on the set-up form; the page has the words.</summary>
internal static class SetupProblems
{
    public const string Repeat = "repeat";

    public const string Name = "name";

    public const string Password = "password";
}

internal static class QueryStrings
{
    /// <summary>The path with those parameters that have a value.</summary>
    public static string Add(string path, params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var query = string.Empty;
        foreach (var (name, value) in parameters)
        {
            if (!string.IsNullOrEmpty(value))
            {
                query += $"{(query.Length == 0 ? '?' : '&')}{Uri.EscapeDataString(name)}={Uri.EscapeDataString(value)}";
            }
        }

        return path + query;
    }
}
