using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using SmsConsole.Data.Security;
using SmsConsole.Data.Status;

namespace SmsConsole.Data.Queries;

/// <inheritdoc/>
internal sealed class StatusQueries(SmsStore store, TimeProvider clock) : IStatusQueries
{
    private static readonly SortFields<AuditEntry> _auditSorts = new SortFields<AuditEntry>("-at")
        .With("at", (rows, down) => rows.By(a => a.Id, down))
        .With("who", (rows, down) => rows.By(a => a.Who, down).Then(a => a.Id, down))
        .With("target", (rows, down) => rows.By(a => a.Target, down).Then(a => a.Id, down));

    private static readonly SortFields<ConsoleUser> _userSorts = new SortFields<ConsoleUser>("userName")
        .With("userName", (rows, down) => rows.By(u => u.NormalizedUserName, down).Then(u => u.Id, down))
        .With("lastSignInAt", (rows, down) => rows.By(u => u.LastSignInAt, down).Then(u => u.Id, down));

    public Task<Page<StatusMessageRow>> ListAsync(StatusListQuery query, CancellationToken cancellationToken = default) =>
        store.ReadAsync((context, token) => ListAsync(context, query, token), cancellationToken);

    public IAsyncEnumerable<StatusMessageRow> AllAsync(StatusListQuery query, CancellationToken cancellationToken = default) =>
        BackwardsAsync(
            (context, before, token) => NewestAsync(Matching(context, query).Where(m => m.Id < before), query.AtLeast, ListQuery.MaximumPageSize, token),
            m => m.Id,
            query.Before ?? long.MaxValue,
            cancellationToken);

    public Task<Page<AuditRow>> AuditAsync(ListQuery query, CancellationToken cancellationToken = default) =>
        store.ReadAsync((context, token) => Matching(context, query.Search).PageAsync(query, _auditSorts, Projections.AuditRow, clock.GetUtcNow(), token), cancellationToken);

    public IAsyncEnumerable<AuditRow> AllAuditAsync(string? search, CancellationToken cancellationToken = default) =>
        BackwardsAsync(
            (context, before, token) => Matching(context, search).Where(a => a.Id < before).OrderByDescending(a => a.Id).Take(ListQuery.MaximumPageSize).Select(Projections.AuditRow).ToListAsync(token),
            a => a.Id,
            long.MaxValue,
            cancellationToken);

    public Task<Page<UserRow>> UsersAsync(ListQuery query, CancellationToken cancellationToken = default) =>
        store.ReadAsync(
            (context, token) =>
            {
                IQueryable<ConsoleUser> users = context.Users;
                if (Lists.Pattern(query.Search) is { } pattern)
                {
                    users = users.Where(u => EF.Functions.Like(u.UserName!, pattern, Lists.Escape));
                }

                var now = clock.GetUtcNow();
                return users.PageAsync(query, _userSorts, Projections.UserRow(now), now, token);
            },
            cancellationToken);

    // Not "no administrator that may sign in": disabling the last one must not open the set-up again.
    public Task<bool> NeedsFirstAdministratorAsync(CancellationToken cancellationToken = default) =>
        store.ReadAsync(async (context, token) => !await context.Users.AnyAsync(token), cancellationToken);

    /// <summary>
    /// The newest messages of at least that severity. One read per severity, each along its index, put together here: as one question
    /// a database walks back through all messages when the wanted ones are rare.
    /// </summary>
    internal static async Task<List<StatusMessageRow>> NewestAsync(IQueryable<StatusMessage> messages, Severity? atLeast, int count, CancellationToken cancellationToken)
    {
        var severities = Severities(atLeast);
        if (severities.Count == 0)
        {
            return await ReadAsync(messages);
        }

        var found = new List<StatusMessageRow>();
        foreach (var severity in severities)
        {
            found.AddRange(await ReadAsync(messages.Where(m => m.Severity == severity)));
        }

        return [.. found.OrderByDescending(m => m.Id).Take(count)];

        Task<List<StatusMessageRow>> ReadAsync(IQueryable<StatusMessage> some) =>
            some.OrderByDescending(m => m.Id).Take(count).Select(Projections.StatusMessageRow).ToListAsync(cancellationToken);
    }

    private async Task<Page<StatusMessageRow>> ListAsync(SmsContext context, StatusListQuery query, CancellationToken cancellationToken)
    {
        var size = Lists.Size(query.PageSize);
        var messages = Matching(context, query);
        var below = query.Before is { } before ? messages.Where(m => m.Id < before) : messages;
        var items = await NewestAsync(below, query.AtLeast, size, cancellationToken);
        var total = query.Before is null && items.Count < size
            ? items.Count
            : await CountAsync(messages, query.AtLeast, cancellationToken);
        return new Page<StatusMessageRow>(items, total, clock.GetUtcNow());
    }

    /// <summary>Rows by falling id, some at a time: no read stays open while somebody takes them slowly.</summary>
    private async IAsyncEnumerable<TRow> BackwardsAsync<TRow>(Func<SmsContext, long, CancellationToken, Task<List<TRow>>> readBefore, Func<TRow, long> idOf, long before, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<TRow> some;
        do
        {
            var from = before;
            some = await store.ReadAsync((context, token) => readBefore(context, from, token), cancellationToken);
            foreach (var row in some)
            {
                yield return row;
                before = idOf(row);
            }
        }
        while (some.Count == ListQuery.MaximumPageSize);
    }

    private static IQueryable<AuditEntry> Matching(SmsContext context, string? search) =>
        Lists.Pattern(search) is { } pattern
            ? context.Audit.Where(a => EF.Functions.Like(a.Who, pattern, Lists.Escape)
                || EF.Functions.Like(a.Action, pattern, Lists.Escape)
                || EF.Functions.Like(a.Target, pattern, Lists.Escape))
            : context.Audit;

    private static IQueryable<StatusMessage> Matching(SmsContext context, StatusListQuery query)
    {
        IQueryable<StatusMessage> messages = context.StatusMessages;
        if (query.SiteCode is { } site)
        {
            messages = messages.Where(m => m.SiteCode == site);
        }

        if (query.Component is { } component)
        {
            messages = messages.Where(m => m.Component == component);
        }

        if (query.MessageId is { } number)
        {
            messages = messages.Where(m => m.MessageId == number);
        }

        return Lists.Pattern(query.Search) is { } pattern
            ? messages.Where(m => EF.Functions.Like(m.Text, pattern, Lists.Escape) || EF.Functions.Like(m.Component, pattern, Lists.Escape))
            : messages;
    }

    private static async Task<long> CountAsync(IQueryable<StatusMessage> messages, Severity? atLeast, CancellationToken cancellationToken)
    {
        var severities = Severities(atLeast);
        var counted = severities.Count == 0 ? messages : messages.Where(m => severities.Contains(m.Severity));
        return await counted.Take(StatusListQuery.MaximumTotal).CountAsync(cancellationToken);
    }

    /// <summary>Empty where all are wanted.</summary>
    private static List<Severity> Severities(Severity? atLeast) =>
        atLeast is null or Severity.Information ? [] : [.. Enum.GetValues<Severity>().Where(s => s >= atLeast)];
}
