using SmsConsole.Data.Queries;
using SmsConsole.Engine;
using SmsConsole.Web.Features.Security;

namespace SmsConsole.Web.Api;

internal sealed record PriorityRequest(JobPriority Priority);

internal static class JobEndpoints
{
    public static void MapJobs(this IEndpointRouteBuilder api)
    {
        var jobs = api.MapGroup("/jobs").WithTags("Jobs");
        jobs.MapGet("/", async ([AsParameters] ListParameters list, IJobQueries queries, CancellationToken cancellationToken, JobStatus? status = null, string? destination = null) =>
            list.Refuse(SortNames.Jobs) ?? Results.Ok(await queries.ListAsync(new JobListQuery(list.Search, list.Sort, list.PageOrFirst, list.Size, status, destination), cancellationToken)))
            .WithSummary("System jobs").Produces<Page<JobRow>>();
        jobs.MapGet("/{id}", async (string id, IJobQueries queries, CancellationToken cancellationToken) =>
            await queries.FindAsync(id, cancellationToken) is { } job ? Results.Ok(job) : Problems.NotFound("job.notFound", $"There is no job {id}."))
            .WithSummary("One job").Produces<JobRow>().ProducesProblem(StatusCodes.Status404NotFound);
        jobs.MapPost("/{id}/cancel", async (string id, HttpContext context, IJobCommands commands) => Accepted(id, await commands.CancelAsync(context.Actor(), id, context.RequestAborted)))
            .RequireAuthorization(Policies.Operator).WithSummary("Stops sending; the site it installs fails with that reason").Produces(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status409Conflict);
        jobs.MapPost("/{id}/retry", async (string id, HttpContext context, IJobCommands commands) => Accepted(id, await commands.RetryAsync(context.Actor(), id, context.RequestAborted)))
            .RequireAuthorization(Policies.Operator).WithSummary("Tries a waiting or failed job now").Produces(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status409Conflict);
        jobs.MapPut("/{id}/priority", async (string id, PriorityRequest request, HttpContext context, IJobCommands commands) =>
            await commands.SetPriorityAsync(context.Actor(), id, request.Priority, context.RequestAborted) is { Succeeded: false } refused ? Problems.Of(refused) : Results.NoContent())
            .RequireAuthorization(Policies.Operator).WithSummary("High, medium or low").Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status409Conflict);
        api.MapGet("/send-requests", async ([AsParameters] ListParameters list, IJobQueries queries, CancellationToken cancellationToken, string? jobId = null) =>
            list.Refuse(SortNames.SendRequests) ?? Results.Ok(await queries.SendRequestsAsync(list.ToQuery(), jobId, cancellationToken)))
            .WithTags("Jobs").WithSummary("Send requests in the outboxes").Produces<Page<SendRequestRow>>();
    }

    private static IResult Accepted(string id, CommandResult result) => result.Succeeded ? Results.Accepted($"/api/v1/jobs/{id}") : Problems.Of(result);
}
