using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;

namespace SmsConsole.Data.Queries;

/// <summary>
/// The orders a list offers, by name. The first is the default, also for a name that is not offered. Each order ends with the key, so
/// that no row is on two pages, and goes one way in all its columns, so that its index serves it both ways.
/// </summary>
internal sealed class SortFields<T>
{
    private readonly Dictionary<string, Func<IQueryable<T>, bool, IQueryable<T>>> _fields = new(StringComparer.OrdinalIgnoreCase);
    private readonly string _default;

    /// <param name="standard">As a query names it: "-" before it for descending.</param>
    public SortFields(string standard) => _default = standard;

    public SortFields<T> With(string name, Func<IQueryable<T>, bool, IQueryable<T>> order)
    {
        _fields.Add(name, order);
        return this;
    }

    public IQueryable<T> Apply(IQueryable<T> rows, string? sort)
    {
        var asked = sort is not null && _fields.ContainsKey(sort.TrimStart('-')) ? sort : _default;
        return _fields[asked.TrimStart('-')](rows, asked.StartsWith('-'));
    }
}

/// <summary>What all lists do alike.</summary>
internal static class Lists
{
    private const int MaximumPage = 1_000_000;

    public static int Size(int asked) => Math.Clamp(asked, 1, ListQuery.MaximumPageSize);

    /// <summary>A LIKE pattern for "contains", in which nothing the user types is a wildcard. For <c>EF.Functions.Like(x, pattern, Lists.Escape)</c>.</summary>
    public static string? Pattern(string? search)
    {
        var text = search?.Trim();
        return string.IsNullOrEmpty(text)
            ? null
            : $"%{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal).Replace("[", "\\[", StringComparison.Ordinal)}%";
    }

    public const string Escape = "\\";

    public static IOrderedQueryable<T> By<T, TKey>(this IQueryable<T> rows, Expression<Func<T, TKey>> key, bool descending) =>
        descending ? rows.OrderByDescending(key) : rows.OrderBy(key);

    public static IOrderedQueryable<T> Then<T, TKey>(this IOrderedQueryable<T> rows, Expression<Func<T, TKey>> key, bool descending) =>
        descending ? rows.ThenByDescending(key) : rows.ThenBy(key);

    /// <summary>
    /// Every row once, in order. The keys are read at once, then the rows of some keys at a time: no page is counted from the beginning, a row that
    /// comes or goes meanwhile moves no other, and no read stays open while somebody takes the rows slowly.
    /// </summary>
    /// <param name="wanted">The filtered rows of a context.</param>
    /// <param name="among">Those of them that have one of the keys.</param>
    public static async IAsyncEnumerable<TRow> EachAsync<T, TRow>(
        SmsStore store,
        Func<SmsContext, IQueryable<T>> wanted,
        Func<IQueryable<T>, string?, IQueryable<T>> order,
        string? sort,
        Expression<Func<T, string>> key,
        Func<IQueryable<T>, string[], IQueryable<T>> among,
        Expression<Func<T, TRow>> row,
        Func<TRow, string> keyOf,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var keys = await store.ReadAsync((context, token) => order(wanted(context), sort).Select(key).ToListAsync(token), cancellationToken);
        foreach (var some in keys.Chunk(ListQuery.MaximumPageSize))
        {
            var rows = await store.ReadAsync((context, token) => among(wanted(context), some).Select(row).ToListAsync(token), cancellationToken);
            var found = rows.ToDictionary(keyOf, StringComparer.Ordinal);
            foreach (var one in some)
            {
                if (found.TryGetValue(one, out var there))
                {
                    yield return there;
                }
            }
        }
    }

    public static async Task<Page<TRow>> PageAsync<T, TRow>(this IQueryable<T> rows, ListQuery query, SortFields<T> sorts, Expression<Func<T, TRow>> row, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        var size = Size(query.PageSize);
        var before = (Math.Clamp(query.Page, 1, MaximumPage) - 1) * size;
        var items = await sorts.Apply(rows, query.Sort).Skip(before).Take(size).Select(row).ToListAsync(cancellationToken);

        // A page that is not full is the last one, and says how many there are.
        var known = items.Count < size && (items.Count > 0 || before == 0);
        var total = known ? before + items.Count : await rows.LongCountAsync(cancellationToken);
        return new Page<TRow>(items, total, asOf);
    }
}
