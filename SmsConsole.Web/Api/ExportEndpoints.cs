using System.Globalization;
using System.Text;
using SmsConsole.Data.Queries;

namespace SmsConsole.Web.Api;

/// <summary>Lists as CSV, page by page, so that a long list is never whole in memory.</summary>
internal static class ExportEndpoints
{
    public static void MapExports(this IEndpointRouteBuilder api)
    {
        var exports = api.MapGroup("/exports").WithTags("Exports");
        exports.MapGet("/sites.csv", (ISiteQueries queries, HttpContext context, string? search = null, string? sort = null, SiteStatus? status = null) =>
            new ListParameters(search, sort).Refuse(SortNames.Sites) ?? Csv(context, "sites.csv", ["code", "name", "type", "parentCode", "status", "detailedStatus", "phase", "waitingFor", "version", "lastReportAt"],
                (page, cancellationToken) => queries.ListAsync(new SiteListQuery(search, sort, page, ListQuery.MaximumPageSize, status), cancellationToken),
                s => [s.Code, s.Name, s.Type, s.ParentCode, s.Status, s.DetailedStatus, s.Phase, s.WaitingFor?.Text, s.Version, s.LastReportAt]))
            .WithSummary("Sites as CSV").Produces<string>(contentType: "text/csv");
        exports.MapGet("/jobs.csv", (IJobQueries queries, HttpContext context, string? search = null, string? sort = null, JobStatus? status = null) =>
            new ListParameters(search, sort).Refuse(SortNames.Jobs) ?? Csv(context, "jobs.csv", ["id", "comment", "type", "status", "sendingStatus", "workingStatus", "destination", "priority", "bytesTotal", "bytesSent", "attempts", "createdAt", "startedAt", "endedAt", "reason"],
                (page, cancellationToken) => queries.ListAsync(new JobListQuery(search, sort, page, ListQuery.MaximumPageSize, status), cancellationToken),
                j => [j.Id, j.Comment, j.Type, j.Status, j.SendingStatus, j.WorkingStatus, j.Destination, j.Priority, j.BytesTotal, j.BytesSent, j.Attempts, j.CreatedAt, j.StartedAt, j.EndedAt, j.Reason]))
            .WithSummary("Jobs as CSV").Produces<string>(contentType: "text/csv");
    }

    /// <summary>One cell: quoted where needed, and never the beginning of a spreadsheet formula.</summary>
    internal static string Cell(object? value)
    {
        var text = value switch
        {
            null => string.Empty,
            DateTimeOffset at => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString() ?? string.Empty,
        };
        if (text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r')
        {
            text = "'" + text;
        }

        return text.AsSpan().IndexOfAny("\",\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private static IResult Csv<T>(HttpContext context, string fileName, string[] header, Func<int, CancellationToken, Task<Page<T>>> read, Func<T, object?[]> cells) =>
        Results.Stream(async stream =>
        {
            await using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
            await writer.WriteAsync(string.Join(',', header) + "\r\n");
            for (var page = 1; ; page++)
            {
                var rows = await read(page, context.RequestAborted);
                foreach (var row in rows.Items)
                {
                    await writer.WriteAsync(string.Join(',', cells(row).Select(Cell)) + "\r\n");
                }

                if (rows.Items.Count < ListQuery.MaximumPageSize)
                {
                    return;
                }
            }
        }, "text/csv; charset=utf-8", fileName);
}
