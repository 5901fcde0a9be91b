using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.Engine;

/// <summary>
/// SMS_SQL_MONITOR: reads committed changes in order, tells live views, and wakes the component a change concerns by a wake-up file.
/// <list type="bullet">
/// <item>Woken after every commit of this process; a poll is the guarantee, and the only way where the engine runs elsewhere.</item>
/// <item>Reads the change rows behind the last one it read.</item>
/// <item>May write .WAK files. Without the lease it only tells views.</item>
/// <item>Killed here: it begins at the newest row again. Views begin with a snapshot and every component looks for work at its start, so
/// nothing before that row is owed to anyone.</item>
/// </list>
/// </summary>
internal sealed partial class SqlMonitor(
    EngineStore store,
    ChangeFeed feed,
    EngineFence fence,
    PrimarySite primary,
    IDisk disk,
    IWorkerNudge workers,
    ILogger<SqlMonitor> log)
{
    private const int BatchSize = 2000;
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
            if (read > 0 && rows[0].Sequence > last + 1)
            {
                // Rows were pruned while this process was away, or a number was never used; which, nobody can tell.
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

    [LoggerMessage(2801, LogLevel.Debug, "{SiteCode}: {Component} woken by a committed change.")]
    private partial void LogWoken(string siteCode, string component);
}
