using SmsConsole.Data.Queries;

namespace SmsConsole.Web.Api;

/// <summary>The parameters every list understands.</summary>
internal sealed class ListParameters
{
    public const int DefaultPageSize = 50;

    public string? Search { get; init; }

    public string? Sort { get; init; }

    public int? Page { get; init; }

    public int? PageSize { get; init; }

    public int PageOrFirst => Page ?? 1;

    public int Size => PageSize ?? DefaultPageSize;

    /// <summary>What is wrong with them, as a problem, or null.</summary>
    /// <param name="sortable">Field names that may be sorted by.</param>
    public IResult? Refuse(params ReadOnlySpan<string> sortable)
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (PageOrFirst < 1)
        {
            errors["page"] = ["Pages count from 1."];
        }

        if (Size is < 1 or > ListQuery.MaximumPageSize)
        {
            errors["pageSize"] = [$"From 1 to {ListQuery.MaximumPageSize}."];
        }

        if (Search is { Length: > 200 })
        {
            errors["search"] = ["At most 200 characters."];
        }

        if (Sort is { Length: > 0 } && !Contains(sortable, Sort.TrimStart('-')))
        {
            errors["sort"] = [$"One of {string.Join(", ", sortable.ToArray())}; with - before it for descending."];
        }

        return errors.Count == 0 ? null : Wrong(errors);
    }

    public static IResult Wrong(IReadOnlyDictionary<string, string[]> errors) => Problems.Of(StatusCodes.Status400BadRequest, "request.list", "The list's parameters are wrong.", errors);

    public ListQuery ToQuery() => new(Search, Sort, PageOrFirst, Size);

    private static bool Contains(ReadOnlySpan<string> names, string name)
    {
        foreach (var candidate in names)
        {
            if (string.Equals(candidate, name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>Fields the lists can be sorted by.</summary>
internal static class SortNames
{
    public static readonly string[] Sites = ["code", "name", "type", "status", "phase", "parentCode", "version", "lastReportAt"];

    public static readonly string[] Jobs = ["id", "comment", "type", "status", "destination", "priority", "createdAt"];

    public static readonly string[] SendRequests = ["id", "jobId", "destination", "state"];

    public static readonly string[] Users = ["userName", "lastSignInAt"];

    public static readonly string[] Audit = ["at", "who", "target"];
}
