using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using SmsConsole.Data;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.Engine;

/// <summary>How much of what is over stays in the database; the table is in docs/operations.md.</summary>
/// <param name="OperationAge">Of completed operations, since they were.</param>
/// <param name="SendRequestAge">Of send requests that have ended, since their job has.</param>
internal sealed record MaintenanceLimits(TimeSpan OperationAge, int Operations, TimeSpan SendRequestAge, int SendRequests)
{
    /// <summary>
    /// Receipts of a stream, the highest numbers. As many as the Despooler's window: <see cref="InboxMail.IsKnownAsync"/> counts every number below
    /// so many others as received, so a message whose receipt is gone is still known and never taken a second time.
    /// </summary>
    public const int ReceiptsPerStream = SequenceWindow.Width;

    public static MaintenanceLimits Default { get; } = new(TimeSpan.FromDays(30), 10_000, TimeSpan.FromDays(90), 10_000);
}

/// <summary>
/// SQL Monitor's maintenance: takes out of the database what is over and nobody needs, a few hundred rows at a time, so that the
/// other writers wait for moments only. Jobs, histories, images and the audit stay: they are what the console shows and proves.
/// Killed here: each batch is one transaction; the rest is found an hour later.
/// </summary>
internal sealed partial class SiteMaintenance(EngineStore store, SmsStore data, MaintenanceLimits limits, PrimarySite primary, ILogger<SiteMaintenance> log)
{
    /// <summary>How often the engine wakes it, first at its start.</summary>
    public static readonly TimeSpan RoundEvery = TimeSpan.FromMinutes(5);

    /// <summary>Change rows kept for followers in other processes that were away.</summary>
    private const long KeptChanges = 50_000;

    private const int RoundsPerHour = 12;
    private const int BatchSize = 500;
    private int _rounds;

    /// <summary>Change rows at every round but the first, when an engine that has just begun has better to do; all else once an hour.</summary>
    public async Task RunRoundAsync(CancellationToken cancellationToken)
    {
        var round = _rounds++;
        if (round > 0)
        {
            await data.PruneChangesAsync(KeptChanges, cancellationToken);
        }

        if (round % RoundsPerHour == 1)
        {
            await RunOnceAsync(cancellationToken);
        }
    }

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        await GuardAsync("completed operations", PruneOperationsAsync, cancellationToken);
        await GuardAsync("receipts", PruneReceiptsAsync, cancellationToken);
        await GuardAsync("ended send requests", PruneSendRequestsAsync, cancellationToken);
        await GuardAsync("status messages of this site", PruneOwnMessagesAsync, cancellationToken);
    }

    /// <summary>
    /// The placing of a job stays while the job is open, because a lost job file is written again from it, and while it holds an enrolment
    /// token, because a confirmation may still come.
    /// </summary>
    private async Task<int> PruneOperationsAsync(CancellationToken cancellationToken)
    {
        var over = await store.ReadAsync(
            (db, token) => db.Operations.Where(o => o.CompletedAt != null).OrderByDescending(o => o.Id).Skip(limits.Operations).Select(o => (long?)o.Id).FirstOrDefaultAsync(token),
            cancellationToken) ?? 0;
        return await InBatchesAsync(
            (db, token) =>
            {
                var before = db.Now - limits.OperationAge;
                return db.Operations
                    .Where(o => o.CompletedAt != null && (o.CompletedAt < before || o.Id <= over))
                    .Where(o => o.Kind != OperationKinds.PlaceJob || (o.PayloadJson == null && !db.Jobs.Any(j => j.Id == o.Subject
                        && j.Status != JobStatus.Complete && j.Status != JobStatus.Cancelled && j.Status != JobStatus.Failed)))
                    .OrderBy(o => o.Id).Take(BatchSize).ExecuteDeleteAsync(token);
            },
            cancellationToken);
    }

    /// <summary>All of an incarnation that is no more, since its messages are refused as such; of the others all but the highest numbers.</summary>
    private async Task<int> PruneReceiptsAsync(CancellationToken cancellationToken)
    {
        var deleted = await InBatchesAsync(
            (db, token) => db.InboxReceipts.Where(r => !db.Sites.Any(s => s.Code == r.Source && s.Incarnation == r.Incarnation))
                .OrderBy(r => r.Source).ThenBy(r => r.Incarnation).ThenBy(r => r.Stream).ThenBy(r => r.Sequence).Take(BatchSize).ExecuteDeleteAsync(token),
            cancellationToken);
        var streams = await store.ReadAsync(
            (db, token) => db.InboxReceipts.GroupBy(r => new { r.Source, r.Incarnation, r.Stream })
                .Where(g => g.Count() > MaintenanceLimits.ReceiptsPerStream).Select(g => g.Key).ToListAsync(token),
            cancellationToken);
        foreach (var stream in streams)
        {
            deleted += await store.WriteAsync(
                async (db, token) =>
                {
                    var receipts = db.InboxReceipts.Where(r => r.Source == stream.Source && r.Incarnation == stream.Incarnation && r.Stream == stream.Stream);
                    var lowest = await receipts.OrderByDescending(r => r.Sequence).Skip(MaintenanceLimits.ReceiptsPerStream - 1).Select(r => r.Sequence).FirstOrDefaultAsync(token);
                    return await receipts.Where(r => r.Sequence < lowest).ExecuteDeleteAsync(token);
                },
                cancellationToken);
        }

        return deleted;
    }

    /// <summary>Those of an open job stay: that there is one says that the job is with the sender.</summary>
    private Task<int> PruneSendRequestsAsync(CancellationToken cancellationToken) =>
        InBatchesAsync(
            async (db, token) =>
            {
                var before = db.Now - limits.SendRequestAge;
                var over = db.SendRequests.OrderByDescending(r => r.Id).Skip(limits.SendRequests).Select(r => r.Id);
                var rows = await db.SendRequests
                    .Where(r => r.State == SendingStatus.Ok || r.State == SendingStatus.Cancelled || r.State == SendingStatus.Invalid)
                    .Where(r => !db.Jobs.Any(j => j.Id == r.JobId && j.Status != JobStatus.Complete && j.Status != JobStatus.Cancelled && j.Status != JobStatus.Failed))
                    .Where(r => r.Heartbeat < before || db.Jobs.Any(j => j.Id == r.JobId && j.EndedAt < before) || over.Contains(r.Id))
                    .OrderBy(r => r.Id).Take(BatchSize).ToListAsync(token);

                // Tracked, so that views hear of it.
                db.SendRequests.RemoveRange(rows);
                return rows.Count;
            },
            cancellationToken);

    private Task<int> PruneOwnMessagesAsync(CancellationToken cancellationToken) =>
        store.WriteAsync((db, token) => StatusReceiver.CapAsync(db, primary.Code, token), cancellationToken);

    private async Task<int> InBatchesAsync(Func<SmsContext, CancellationToken, Task<int>> delete, CancellationToken cancellationToken)
    {
        var all = 0;
        int deleted;
        do
        {
            deleted = await store.WriteAsync(delete, cancellationToken);
            all += deleted;
        }
        while (deleted == BatchSize);
        return all;
    }

    /// <summary>One that fails never stops the next.</summary>
    private async Task GuardAsync(string what, Func<CancellationToken, Task<int>> prune, CancellationToken cancellationToken)
    {
        try
        {
            if (await prune(cancellationToken) is var deleted and > 0)
            {
                LogPruned(primary.Code, deleted, what);
            }
        }
        catch (Exception e) when (e is not (OperationCanceledException or FenceLostException))
        {
            LogFailed(e, primary.Code, what);
        }
    }

    [LoggerMessage(2811, LogLevel.Information, "{SiteCode}: {Count} {What} were over and have been deleted.")]
    private partial void LogPruned(string siteCode, int count, string what);

    [LoggerMessage(2812, LogLevel.Error, "{SiteCode}: {What} could not be tidied; the next hour tries again.")]
    private partial void LogFailed(Exception exception, string siteCode, string what);
}
