using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using SmsConsole.Data.Sites;

namespace SmsConsole.Data.Queries;

/// <inheritdoc/>
internal sealed class SiteQueries(SmsStore store, TimeProvider clock) : ISiteQueries
{
    private const int HistoryRead = 500;

    private static readonly SortFields<Site> _sorts = new SortFields<Site>("code")
        .With("code", (rows, down) => rows.By(s => s.Code, down))
        .With("name", (rows, down) => rows.By(s => s.Name, down).Then(s => s.Code, down))
        .With("status", (rows, down) => rows.By(s => s.Status, down).Then(s => s.Code, down))
        .With("phase", (rows, down) => rows.By(s => s.Phase, down).Then(s => s.Code, down))
        .With("type", (rows, down) => rows.By(s => s.Type, down).Then(s => s.Code, down))
        .With("parentCode", (rows, down) => rows.By(s => s.ParentCode, down).Then(s => s.Code, down))
        .With("version", (rows, down) => rows.By(s => s.Version, down).Then(s => s.Code, down))
        .With("lastReportAt", (rows, down) => rows.By(s => s.LastReportAt, down).Then(s => s.Code, down));

    private static readonly Func<Site, SiteRow> _siteRow = Projections.SiteRow.Compile();

    public Task<Page<SiteRow>> ListAsync(SiteListQuery query, CancellationToken cancellationToken = default) =>
        store.ReadAsync((context, token) => Matching(context, query).PageAsync(query, _sorts, Projections.SiteRow, clock.GetUtcNow(), token), cancellationToken);

    public IAsyncEnumerable<SiteRow> AllAsync(SiteListQuery query, CancellationToken cancellationToken = default) =>
        Lists.EachAsync(
            store,
            context => Matching(context, query),
            _sorts.Apply,
            query.Sort,
            s => s.Code,
            (sites, codes) => sites.Where(s => codes.Contains(s.Code)),
            Projections.SiteRow,
            s => s.Code,
            cancellationToken);

    public Task<SiteDetails?> FindAsync(string code, CancellationToken cancellationToken = default) =>
        store.ReadAsync((context, token) => FindAsync(context, code, token), cancellationToken);

    public Task<IReadOnlyList<SiteHistoryRow>> HistoryAsync(string code, CancellationToken cancellationToken = default) =>
        store.ReadAsync<IReadOnlyList<SiteHistoryRow>>(
            async (context, token) => await context.SiteHistory
                .Where(h => h.SiteCode == code)
                .OrderBy(h => h.Id)
                .Select(Projections.HistoryRow)
                .ToListAsync(token),
            cancellationToken);

    public Task<ControlImageRow?> ControlImageAsync(string code, ControlImageKind kind, CancellationToken cancellationToken = default) =>
        store.ReadAsync(
            (context, token) => context.SiteControl
                .Where(i => i.SiteCode == code && i.Kind == kind && i.IsCurrent)
                .Select(Projections.ImageRow)
                .FirstOrDefaultAsync(token),
            cancellationToken);

    public Task<IReadOnlyList<ControlImageRow>> ControlImagesAsync(string code, CancellationToken cancellationToken = default) =>
        store.ReadAsync<IReadOnlyList<ControlImageRow>>(
            async (context, token) => await context.SiteControl
                .Where(i => i.SiteCode == code)
                .OrderByDescending(i => i.Id)
                .Select(Projections.ImageRowWithoutText)
                .ToListAsync(token),
            cancellationToken);

    public Task<HomeSummary> HomeAsync(CancellationToken cancellationToken = default) =>
        store.ReadAsync((context, token) => HomePage.ReadAsync(context, clock.GetUtcNow(), token), cancellationToken);

    private static IQueryable<Site> Matching(SmsContext context, SiteListQuery query)
    {
        IQueryable<Site> sites = context.Sites;
        if (query.Status is { } status)
        {
            sites = sites.Where(s => s.Status == status);
        }

        if (query.Type is { } type)
        {
            sites = sites.Where(s => s.Type == type);
        }

        if (query.ParentCode is { } parent)
        {
            sites = sites.Where(s => s.ParentCode == parent);
        }

        return Lists.Pattern(query.Search) is { } pattern
            ? sites.Where(s => EF.Functions.Like(s.Code, pattern, Lists.Escape) || EF.Functions.Like(s.Name, pattern, Lists.Escape))
            : sites;
    }

    private async Task<SiteDetails?> FindAsync(SmsContext context, string code, CancellationToken cancellationToken)
    {
        var entity = await context.Sites.FirstOrDefaultAsync(s => s.Code == code, cancellationToken);
        if (entity is null)
        {
            return null;
        }

        var site = _siteRow(entity);
        var address = await context.Addresses
            .Where(a => a.Destination == code)
            .OrderBy(a => a.Sender)
            .Select(Projections.AddressRow)
            .FirstOrDefaultAsync(cancellationToken);
        return new SiteDetails(
            site,
            entity.InstallDirectory,
            address,
            site.Type == SiteType.Secondary ? await PhasesAsync(context, entity, site, cancellationToken) : [],
            Failure(entity),
            Services(entity.ServicesJson),
            entity.Incarnation == Guid.Empty ? null : entity.Incarnation.ToString(),
            entity.PublicKey is { } key ? Projections.Fingerprint(key) : null,
            Projections.Utc(entity.CreatedAt),
            clock.GetUtcNow());
    }

    private static async Task<IReadOnlyList<PhaseRow>> PhasesAsync(SmsContext context, Site entity, SiteRow site, CancellationToken cancellationToken)
    {
        var history = await context.SiteHistory
            .Where(h => h.SiteCode == site.Code)
            .OrderByDescending(h => h.Id)
            .Take(HistoryRead)
            .Select(Projections.HistoryRow)
            .ToListAsync(cancellationToken);
        history.Reverse();

        var phases = new List<PhaseRow>();
        foreach (var span in Phases.Of(site, history))
        {
            var job = Phases.JobOf(span.Number) is { } type && span.State != PhaseState.Waiting
                ? await JobOfAsync(context, entity, type, span.EndedAt, cancellationToken)
                : null;
            phases.Add(Phases.Row(span, site, job, entity.FailureReason));
        }

        return phases;
    }

    /// <summary>The newest job of the type that was there when the phase ended: later ones carry changes of an active site.</summary>
    private static Task<JobRow?> JobOfAsync(SmsContext context, Site site, JobType type, DateTimeOffset? ended, CancellationToken cancellationToken)
    {
        var until = (ended ?? DateTimeOffset.MaxValue).UtcDateTime;
        return context.Jobs
            .Where(j => j.Destination == site.Code && j.Incarnation == site.Incarnation && j.Type == type && j.CreatedAt <= until)
            .OrderByDescending(j => j.CreatedAt)
            .ThenByDescending(j => j.Id)
            .Select(Projections.JobRow)
            .FirstOrDefaultAsync(cancellationToken);
    }

    /// <summary>Of a failed site, and of an active one that somebody has to mend something of.</summary>
    private static SiteFailure? Failure(Site site) => site.Status != SiteStatus.Failed && site.FailureEventId is null
        ? null
        : new SiteFailure(
            site.FailureEventId ?? 0,
            site.FailureReason ?? "",
            site.FailureWhatToDo ?? "",
            Projections.Utc(site.FailedAt ?? site.CreatedAt),
            CanRetry: site.FailedFrom is not null || site.Status != SiteStatus.Failed);

    /// <summary>None where the report cannot be read: it comes from the site, and the rest of the page must not hang on it.</summary>
    private static List<ServiceRow> Services(string? json)
    {
        try
        {
            return json is null ? [] : JsonSerializer.Deserialize<List<ServiceRow>>(json, JsonSerializerOptions.Web) ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
