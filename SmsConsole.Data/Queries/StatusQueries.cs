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

    public Task<Page<AuditRow>> AuditAsync(ListQuery query, CancellationToken cancellationToken = default) =>
        store.ReadAsync(
            (context, token) =>
            {
                IQueryable<AuditEntry> entries = context.Audit;
                if (Lists.Pattern(query.Search) is { } pattern)
                {
                    entries = entries.Where(a => EF.Functions.Like(a.Who, pattern, Lists.Escape)
                        || EF.Functions.Like(a.Action, pattern, Lists.Escape)
                        || EF.Functions.Like(a.Target, pattern, Lists.Escape));
                }

                return entries.PageAsync(query, _auditSorts, Projections.AuditRow, clock.GetUtcNow(), token);
            },
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
