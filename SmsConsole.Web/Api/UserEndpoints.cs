using SmsConsole.Data.Queries;
using SmsConsole.Engine;
using SmsConsole.Web.Features.Security;

namespace SmsConsole.Web.Api;

internal sealed record OwnPasswordChange(string CurrentPassword, string NewPassword);

internal static class UserEndpoints
{
    public static void MapUsers(this IEndpointRouteBuilder api)
    {
        var users = api.MapGroup("/users").WithTags("Users").RequireAuthorization(Policies.Administrator);
        users.MapGet("/", async ([AsParameters] ListParameters list, IStatusQueries queries, CancellationToken cancellationToken) =>
            list.Refuse(SortNames.Users) ?? Results.Ok(await queries.UsersAsync(list.ToQuery(), cancellationToken)))
            .WithSummary("People who may sign in").Produces<Page<UserRow>>();
        users.MapPost("/", CreateAsync).WithSummary("A new user").Produces<UserRow>(StatusCodes.Status201Created).ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict);
        users.MapPut("/{name}", ChangeAsync).WithSummary("Role, disabled, password").Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status409Conflict);
        api.MapPut("/account/password", ChangeOwnAsync).WithTags("Users").WithSummary("One's own password").Produces(StatusCodes.Status204NoContent);
        api.MapGet("/audit", async ([AsParameters] ListParameters list, IStatusQueries queries, CancellationToken cancellationToken) =>
            list.Refuse(SortNames.Audit) ?? Results.Ok(await queries.AuditAsync(list.ToQuery(), cancellationToken)))
            .RequireAuthorization(Policies.Administrator).WithTags("Audit").WithSummary("Who did what").Produces<Page<AuditRow>>();
    }

    private static async Task<IResult> CreateAsync(NewUser user, HttpContext context, IUserCommands commands)
    {
        var result = await commands.CreateAsync(context.Actor(), user with { UserName = user.UserName ?? string.Empty, Password = user.Password ?? string.Empty }, context.RequestAborted);
        return result.Succeeded ? Results.Created($"/api/v1/users/{Uri.EscapeDataString(result.Value.UserName)}", result.Value) : Problems.Of(result);
    }

    private static async Task<IResult> ChangeAsync(string name, UserChange change, HttpContext context, IUserCommands commands)
    {
        var result = await commands.ChangeAsync(context.Actor(), name, change, context.RequestAborted);
        return result.Succeeded ? Results.NoContent() : Problems.Of(result);
    }

    private static async Task<IResult> ChangeOwnAsync(OwnPasswordChange change, HttpContext context, IUserCommands commands)
    {
        var result = await commands.ChangeOwnPasswordAsync(context.Actor(), change.CurrentPassword ?? string.Empty, change.NewPassword ?? string.Empty, context.RequestAborted);
        return result.Succeeded ? Results.NoContent() : Problems.Of(result);
    }
}
