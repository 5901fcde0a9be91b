using System.Globalization;
using System.Text;
using SmsConsole.Data.Queries;
using SmsConsole.Web.Features.Security;

namespace SmsConsole.Web.Api;

/// <summary>Lists as CSV, some rows at a time, so that a long list is never whole in memory.</summary>
internal static class ExportEndpoints
{
    public static void MapExports(this IEndpointRouteBuilder api)
    {
        var exports = api.MapGroup("/exports").WithTags("Exports");
        exports.MapGet("/sites.csv", (ISiteQueries queries, HttpContext context, string? search = null, string? sort = null, SiteStatus? status = null) =>
            new ListParameters { Search = search, Sort = sort }.Refuse(SortNames.Sites) ?? Csv("sites.csv", ["code", "name", "type", "parentCode", "status", "detailedStatus", "phase", "waitingFor", "version", "lastReportAt"],
                queries.AllAsync(new SiteListQuery(search, sort, Status: status), context.RequestAborted),
                s => [s.Code, s.Name, s.Type, s.ParentCode, s.Status, s.DetailedStatus, s.Phase, s.WaitingFor?.Text, s.Version, s.LastReportAt]))
            .WithSummary("Sites as CSV").Produces<string>(contentType: "text/csv");
        exports.MapGet("/jobs.csv", (IJobQueries queries, HttpContext context, string? search = null, string? sort = null, JobStatus? status = null) =>
            new ListParameters { Search = search, Sort = sort }.Refuse(SortNames.Jobs) ?? Csv("jobs.csv", ["id", "comment", "type", "status", "sendingStatus", "workingStatus", "destination", "priority", "bytesTotal", "bytesSent", "attempts", "createdAt", "startedAt", "endedAt", "reason"],
                queries.AllAsync(new JobListQuery(search, sort, Status: status), context.RequestAborted),
                j => [j.Id, j.Comment, j.Type, j.Status, j.SendingStatus, j.WorkingStatus, j.Destination, j.Priority, j.BytesTotal, j.BytesSent, j.Attempts, j.CreatedAt, j.StartedAt, j.EndedAt, j.Reason]))
            .WithSummary("Jobs as CSV").Produces<string>(contentType: "text/csv");
        exports.MapGet("/status-messages.csv", (IStatusQueries queries, HttpContext context, string? search = null, string? siteCode = null, string? component = null, Severity? atLeast = null, int? messageId = null) =>
            new ListParameters { Search = search }.Refuse() ?? Csv("status-messages.csv", ["id", "at", "siteCode", "component", "messageId", "severity", "text"],
                queries.AllAsync(new StatusListQuery(search, siteCode, component, atLeast, messageId), context.RequestAborted),
                m => [m.Id, m.At, m.SiteCode, m.Component, m.MessageId, m.Severity, m.Text]))
            .WithSummary("Status messages as CSV, newest first").Produces<string>(contentType: "text/csv");
        exports.MapGet("/audit.csv", (IStatusQueries queries, HttpContext context, string? search = null) =>
            new ListParameters { Search = search }.Refuse() ?? Csv("audit.csv", ["id", "at", "who", "action", "target", "outcome", "before", "after"],
                queries.AllAuditAsync(search, context.RequestAborted),
                a => [a.Id, a.At, a.Who, a.Action, a.Target, a.Succeeded ? "Done" : "Refused", a.Before, a.After]))
            .RequireAuthorization(Policies.Administrator).WithSummary("The audit as CSV, newest first").Produces<string>(contentType: "text/csv");
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

    private static IResult Csv<T>(string fileName, string[] header, IAsyncEnumerable<T> rows, Func<T, object?[]> cells) =>
        Results.Stream(async stream =>
        {
            await using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
            await writer.WriteAsync(string.Join(',', header) + "\r\n");
            await foreach (var row in rows)
            {
                await writer.WriteAsync(string.Join(',', cells(row).Select(Cell)) + "\r\n");
            }
        }, "text/csv; charset=utf-8", fileName);
}
