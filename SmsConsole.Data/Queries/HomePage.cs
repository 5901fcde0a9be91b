using Microsoft.EntityFrameworkCore;

namespace SmsConsole.Data.Queries;

/// <summary>The numbers and short lists of the home page.</summary>
internal static class HomePage
{
    private const int ListLength = 10;
    private const int AttentionLength = 50;

    public static async Task<HomeSummary> ReadAsync(SmsContext context, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var counts = await context.Sites
            .GroupBy(s => s.Status)
            .Select(g => new { Status = g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.Status, g => g.Count, cancellationToken);
        var underWay = await context.Sites
            .Where(s => s.Status == SiteStatus.Pending || s.Status == SiteStatus.Upgrade)
            .OrderBy(s => s.WaitSince)
            .ThenBy(s => s.Code)
            .Take(ListLength)
            .Select(Projections.SiteRow)
            .ToListAsync(cancellationToken);
        var running = await context.Jobs
            .Where(j => j.Status == JobStatus.Active)
            .OrderByDescending(j => j.CreatedAt)
            .ThenByDescending(j => j.Id)
            .Take(ListLength)
            .Select(Projections.JobRow)
            .ToListAsync(cancellationToken);
        var recent = await StatusQueries.NewestAsync(context.StatusMessages, Severity.Warning, ListLength, cancellationToken);
        return new HomeSummary(counts, underWay, running, await AttentionAsync(context, now, cancellationToken), recent, await EngineAsync(context, now, cancellationToken), now);
    }

    /// <summary>What needs a person: failed sites first, then what waits past its time, then what is tried again.</summary>
    private static async Task<IReadOnlyList<AttentionRow>> AttentionAsync(SmsContext context, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var time = now.UtcDateTime;
        var failed = await context.Sites
            .Where(s => s.Status == SiteStatus.Failed)
            .OrderBy(s => s.Code)
            .Take(AttentionLength)
            .Select(s => new AttentionRow(s.Code, PhaseText.For(s.Status, s.DetailedStatus, s.Phase), s.FailureReason ?? "", Projections.Utc(s.FailedAt ?? s.CreatedAt)))
            .ToListAsync(cancellationToken);

        // Of a site without a parent: this primary's own, which runs on while somebody has to mend something.
        var ailing = await context.Sites
            .Where(s => s.ParentCode == null && s.Status != SiteStatus.Failed && s.FailureEventId != null)
            .Select(s => new AttentionRow(s.Code, "Runs, with a failure", s.FailureReason ?? "", Projections.Utc(s.FailedAt ?? s.CreatedAt)))
            .ToListAsync(cancellationToken);
        var late = await context.Sites
            .Where(s => s.WaitUntil < time && s.Status != SiteStatus.Failed && s.Status != SiteStatus.Deleted)
            .OrderBy(s => s.WaitUntil)
            .Take(AttentionLength)
            .Select(s => new AttentionRow(s.Code, "Waits longer than expected", s.WaitText ?? "", Projections.Utc(s.WaitUntil!.Value)))
            .ToListAsync(cancellationToken);
        var retrying = await context.Jobs
            .Where(j => j.Status == JobStatus.Retrying)
            .OrderByDescending(j => j.CreatedAt)
            .ThenByDescending(j => j.Id)
            .Take(AttentionLength)
            .Select(j => new AttentionRow(j.Destination, j.Comment + " is tried again", j.Reason ?? "", Projections.Utc(j.WaitSince ?? j.CreatedAt)))
            .ToListAsync(cancellationToken);
        return [.. failed.Concat(ailing).Concat(late).Concat(retrying).Take(AttentionLength)];
    }

    private static Task<EngineRow?> EngineAsync(SmsContext context, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var time = now.UtcDateTime;
        return context.EngineLeases
            .OrderByDescending(l => l.HeartbeatAt)
            .ThenBy(l => l.Name)
            .Select(l => new EngineRow(l.Owner, l.Fence, Projections.Utc(l.HeartbeatAt), l.ExpiresAt > time))
            .FirstOrDefaultAsync(cancellationToken);
    }
}
