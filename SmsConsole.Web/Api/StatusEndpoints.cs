using SmsConsole.Data.Queries;

namespace SmsConsole.Web.Api;

internal static class StatusEndpoints
{
    public static void MapStatus(this IEndpointRouteBuilder api) =>
        api.MapGet("/status-messages", async (IStatusQueries queries, CancellationToken cancellationToken, string? search = null, string? siteCode = null, string? component = null, Severity? atLeast = null, int? messageId = null, long? before = null, int? pageSize = null) =>
            new ListParameters { Search = search, PageSize = pageSize }.Refuse() ?? RefuseBefore(before)
            ?? Results.Ok(await queries.ListAsync(new StatusListQuery(search, siteCode, component, atLeast, messageId, before, pageSize ?? ListParameters.DefaultPageSize), cancellationToken)))
            .WithTags("Status").WithSummary("Status messages, newest first; go on with before=<last id>").Produces<Page<StatusMessageRow>>();

    private static IResult? RefuseBefore(long? before) =>
        before is < 1 ? ListParameters.Wrong(new Dictionary<string, string[]> { ["before"] = ["The id of a message; they count from 1."] }) : null;
}
