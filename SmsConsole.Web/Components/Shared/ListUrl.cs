using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace SmsConsole.Web.Components.Shared;

/// <summary>The state of a list as its URL says it: search, filters, sort, page, columns. A link with it shows the same view.</summary>
public sealed class ListUrl
{
    private readonly string _path;
    private readonly Dictionary<string, StringValues> _query;

    public ListUrl(NavigationManager navigation)
    {
        var uri = new Uri(navigation.Uri);
        _path = uri.AbsolutePath;
        _query = QueryHelpers.ParseQuery(uri.Query);
    }

    /// <summary>The whole of it, to compare by.</summary>
    public string Key => Link();

    public string Path => _path;

    public string? Search => this["search"];

    public string? Sort => this["sort"];

    public int Page => int.TryParse(this["page"], NumberStyles.None, CultureInfo.InvariantCulture, out var page) && page is > 0 and < 1_000_000 ? page : 1;

    public int PageSize { get; init; } = 50;

    public IReadOnlyList<string> Columns => this["columns"]?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>A parameter's value; null when absent or empty.</summary>
    public string? this[string name] => _query.TryGetValue(name, out var value) && !StringValues.IsNullOrEmpty(value) && value[0]!.Length > 0 ? value[0] : null;

    /// <summary>A parameter as a value of a closed set; null when it is none.</summary>
    public T? Of<T>(string name)
        where T : struct, Enum =>
        Enum.TryParse<T>(this[name], ignoreCase: true, out var value) && Enum.IsDefined(value) ? value : null;

    /// <summary>This address with some parameters changed; null or empty removes one.</summary>
    public string Link(params ReadOnlySpan<(string Name, string? Value)> changes)
    {
        var query = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in _query)
        {
            query[name] = value[0];
        }

        foreach (var (name, value) in changes)
        {
            query[name] = value;
        }

        return QueryHelpers.AddQueryString(_path, query.Where(q => !string.IsNullOrEmpty(q.Value)));
    }

    /// <summary>The query part as it stands, for an address that filters alike (an export).</summary>
    public string QueryOf(params ReadOnlySpan<string> names)
    {
        var query = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            query[name] = this[name];
        }

        return QueryHelpers.AddQueryString(string.Empty, query.Where(q => q.Value is not null));
    }
}
