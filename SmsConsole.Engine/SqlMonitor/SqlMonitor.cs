using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using SmsConsole.Data;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.Engine;

/// <summary>
/// SMS_SQL_MONITOR: reads committed changes in order, tells live views, and wakes the component a change concerns by a wake-up file.
/// <list type="bullet">
/// <item>Woken after every commit of this process; a poll is the guarantee, and the only way where the engine runs elsewhere.</item>
/// <item>Reads the change rows behind the last one it read.</item>
/// <item>May write .WAK files and, now and then, delete old change rows and what <see cref="SiteMaintenance"/> takes out. Without the lease it only tells views.</item>
/// <item>Killed here: it begins at the newest row again. Views begin with a snapshot and every component looks for work at its start, so
/// nothing before that row is owed to anyone.</item>
/// </list>
/// </summary>
internal sealed partial class SqlMonitor(
    EngineStore store,
    SmsStore data,
    SiteMaintenance maintenance,
    ChangeFeed feed,
    EngineFence fence,
    PrimarySite primary,
    IDisk disk,
    IWorkerNudge workers,
    TimeProvider clock,
    ILogger<SqlMonitor> log)
{
    /// <summary>Change rows kept for followers in other processes that were away.</summary>
    private const long KeptRows = 50_000;

    private const int BatchSize = 2000;
    private static readonly TimeSpan _pruneEvery = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan _maintainEvery = TimeSpan.FromHours(1);
    private DateTimeOffset _pruneAt = clock.GetUtcNow() + _pruneEvery;
    private DateTimeOffset _maintainAt = clock.GetUtcNow() + _pruneEvery;
    private long? _last;

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        if (_last is not { } last)
        {
            _last = await store.ReadAsync(async (db, token) => await db.Changes.MaxAsync(c => (long?)c.Sequence, token) ?? 0, cancellationToken);
            feed.PublishResync();
            return;
        }

        int read;
        do
        {
            var rows = await store.ReadAsync(
                (db, token) => db.Changes.Where(c => c.Sequence > last).OrderBy(c => c.Sequence).Take(BatchSize).ToListAsync(token),
                cancellationToken);
            read = rows.Count;
            if (read > 0 && rows[0].Sequence > last + KeptRows / 2)
            {
                // So far behind that rows may have been pruned meanwhile.
                feed.PublishResync();
            }

            foreach (var row in rows)
            {
                if (Enum.TryParse<ChangeKind>(row.Kind, out var kind))
                {
                    feed.Publish(kind, row.Id, row.Revision, new DateTimeOffset(row.At, TimeSpan.Zero));
                }

                last = row.Sequence;
            }

            _last = last;
            if (fence.Held && rows.Any(r => r.Kind is nameof(ChangeKind.Site) or nameof(ChangeKind.Job)))
            {
                Wake(Components.HierarchyManager, primary.Root.SiteConfigBox);
            }
        }
        while (read == BatchSize);

        await PruneAsync(cancellationToken);
    }

    /// <summary>One wake-up file stands for all changes until the component has taken it.</summary>
    private void Wake(string component, string box)
    {
        var file = Path.Combine(box, primary.Code + ".WAK");
        if (!disk.FileExists(file))
        {
            disk.CreateDirectory(box);
            disk.Write(file, []);
        }

        workers.Nudge(component);
        LogWoken(primary.Code, component);
    }

    private async Task PruneAsync(CancellationToken cancellationToken)
    {
        if (fence.Held && clock.GetUtcNow() >= _pruneAt)
        {
            _pruneAt = clock.GetUtcNow() + _pruneEvery;
            await data.PruneChangesAsync(KeptRows, cancellationToken);
        }

        if (fence.Held && clock.GetUtcNow() >= _maintainAt)
        {
            _maintainAt = clock.GetUtcNow() + _maintainEvery;
            await maintenance.RunOnceAsync(cancellationToken);
        }
    }

    [LoggerMessage(2801, LogLevel.Debug, "{SiteCode}: {Component} woken by a committed change.")]
    private partial void LogWoken(string siteCode, string component);
}
