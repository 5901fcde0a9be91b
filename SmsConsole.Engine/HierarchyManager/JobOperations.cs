using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using SmsConsole.Data;
using SmsConsole.Data.Jobs;
using SmsConsole.Data.Operations;
using SmsConsole.Data.Sites;
using SmsConsole.SiteServer;
using SmsConsole.SiteServer.Formats;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.Engine;

/// <summary>
/// Carries out what the database asks of the spool. Every step may run again: it first looks whether it is done. An operation
/// that fails waits longer each time; a job that can never be placed fails, and with it the phase of its site. A site control file
/// that cannot be placed is tried for ever, and its site says why.
/// </summary>
internal sealed partial class JobOperations(
    EngineStore store,
    PrimarySite primary,
    SystemJobs jobs,
    IDisk disk,
    ISitePackageSource packages,
    ISendControl sender,
    PrimaryAddressing addressing,
    IWorkerNudge workers,
    TimeProvider clock,
    ILogger<JobOperations> log)
{
    /// <summary>Attempts to place a job before it counts as failed: about a quarter of an hour.</summary>
    public const int MaximumAttempts = 8;

    /// <summary>Attempts to place a site control file before its site says so; the first may be a moment's.</summary>
    public const int AttemptsInSilence = 2;

    private const int BatchSize = 200;
    private static readonly TimeSpan _reconcileEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _longestWait = TimeSpan.FromSeconds(300);
    private long? _reconciledAt;

    private enum Outcome
    {
        Done,

        /// <summary>Look again in a few seconds; not a failure.</summary>
        NotYet,
    }

    public async Task CarryOutAsync(CancellationToken cancellationToken)
    {
        if (_reconciledAt is not { } at || clock.GetElapsedTime(at) >= _reconcileEvery)
        {
            await ReconcileAsync(cancellationToken);
            _reconciledAt = clock.GetTimestamp();
        }

        // A wait longer than any we set: the clock has been put back (F9).
        var now = clock.GetUtcNow().UtcDateTime;
        var never = now + (2 * _longestWait);
        var due = await store.ReadAsync(
            (db, token) => db.Operations.Where(o => o.CompletedAt == null && (o.DueAt <= now || o.DueAt > never)).OrderBy(o => o.DueAt).ThenBy(o => o.Id).Take(BatchSize).ToListAsync(token),
            cancellationToken);
        foreach (var operation in due)
        {
            await CarryOutAsync(operation, cancellationToken);
        }
    }

    /// <summary>The only catch: one operation's failure never stops the next.</summary>
    private async Task CarryOutAsync(Operation operation, CancellationToken cancellationToken)
    {
        try
        {
            var outcome = operation.Kind switch
            {
                OperationKinds.PlaceJob => await PlaceAsync(operation, cancellationToken),
                OperationKinds.CancelJob => await CancelAsync(operation, cancellationToken),
                OperationKinds.RetryJob => await RetryAsync(operation, cancellationToken),
                OperationKinds.SetPriority => await SetPriorityAsync(operation, cancellationToken),
                OperationKinds.PlaceControlFile => await PlaceControlFileAsync(operation, cancellationToken),
                _ => throw new InvalidOperationException($"There is no operation {operation.Kind}."),
            };
            await FinishAsync(operation.Id, outcome, cancellationToken);
        }
        catch (Exception e) when (e is not (OperationCanceledException or FenceLostException))
        {
            LogFailed(e, primary.Code, operation.Kind, operation.Subject);
            await PostponeAsync(operation.Id, e, cancellationToken);
        }
    }

    private async Task<Outcome> PlaceAsync(Operation operation, CancellationToken cancellationToken)
    {
        var (job, site, proposed, isLocal, isWithSender) = await store.ReadAsync(
            async (db, token) =>
            {
                var job = await db.Jobs.FirstOrDefaultAsync(j => j.Id == operation.Subject, token);
                var site = job is null ? null : await db.Sites.FirstOrDefaultAsync(s => s.Code == job.Destination, token);
                var proposed = site is null ? null : await db.SiteControl
                    .Where(i => i.SiteCode == site.Code && i.Kind == ControlImageKind.Proposed && i.IsCurrent).Select(i => i.Text).FirstOrDefaultAsync(token);
                var isLocal = site is not null && await db.Addresses.AnyAsync(a => a.Destination == site.Code && a.Transport == LinkTransport.Local, token);
                return (job, site, proposed, isLocal, job is not null && await db.SendRequests.AnyAsync(r => r.JobId == job.Id, token));
            },
            cancellationToken);
        if (job is null || JobTransitions.IsFinal(job.Status) || isWithSender)
        {
            return Outcome.Done;
        }

        if (job.CancelRequested || site is null || site.Incarnation != job.Incarnation)
        {
            await EndJobAsync(job.Id, JobEvent.Cancelled, job.CancelRequested ? "Cancelled before it was placed." : $"Site {job.Destination} is no longer the one it was made for.", cancellationToken);
            return Outcome.Done;
        }

        var (placed, length) = await DescribeAsync(job, site, proposed, isLocal, operation, cancellationToken);
        Scheduler.Place(disk, primary.Root, placed);
        LogPlaced(job.Destination, job.Id, job.Comment);
        await store.WriteAsync(
            async (db, token) =>
            {
                if (await db.Jobs.FirstOrDefaultAsync(j => j.Id == job.Id, token) is { } row && !JobTransitions.IsFinal(row.Status))
                {
                    row.BytesTotal = length;
                    row.WaitText = "Waiting for the sender.";
                    row.WaitSince = db.Now;
                }
            },
            cancellationToken);
        workers.Nudge(SiteComponents.Scheduler);
        return Outcome.Done;
    }

    private async Task<Outcome> PlaceControlFileAsync(Operation operation, CancellationToken cancellationToken)
    {
        await addressing.PlaceAsync(operation, cancellationToken);
        if (operation.Attempts > AttemptsInSilence)
        {
            await store.WriteAsync(
                async (db, token) => PhaseChanger.Settle(await db.Sites.FirstAsync(s => s.Code == operation.Subject, token), SmsEvents.ControlFileNotPlaced),
                cancellationToken);
        }

        return Outcome.Done;
    }

    private async Task<(SystemJob Job, long Length)> DescribeAsync(Job job, Site site, string? proposed, bool isLocal, Operation operation, CancellationToken cancellationToken)
    {
        var described = new SystemJob(
            job.Id,
            job.Comment,
            job.Type == JobType.Bootstrap ? SystemJobKind.Bootstrap : SystemJobKind.Package,
            job.Destination,
            job.Incarnation,
            (int)job.Priority,
            PayloadFile: null,
            EnvelopeType: null,
            Stream: null,
            Order: null,
            clock.GetUtcNow());
        switch (job.Type)
        {
            case JobType.Bootstrap:
                return (described with { Order = Order(site, isLocal, operation) }, 0);
            case JobType.SiteInstall:
                var package = await packages.GetAsync(site.RuntimeId, cancellationToken);
                return (described with { PayloadFile = package, EnvelopeType = EnvelopeTypes.SitePackage, Stream = EnvelopeStreams.Control }, disk.Length(package));
            case JobType.SiteControl:
                var file = Scheduler.PayloadFile(primary.Root, job.Id);
                var content = InitialControlFile(site, proposed);
                disk.CreateDirectory(primary.Root.ToSend);
                disk.Write(file, content);
                return (described with { PayloadFile = file, EnvelopeType = EnvelopeTypes.SiteControl, Stream = EnvelopeStreams.Control }, content.Length);
            default:
                throw new InvalidOperationException($"There is no job type {job.Type}.");
        }
    }

    private BootstrapOrder Order(Site site, bool isLocal, Operation operation)
    {
        var token = jobs.Token(operation.PayloadJson ?? throw new InvalidOperationException($"The Bootstrap Job {operation.Subject} has no enrolment token."));
        return new BootstrapOrder(
            site.Code,
            primary.Code,
            site.Incarnation,
            Convert.ToBase64String(primary.Key.PublicKey),
            token,
            isLocal ? new ReturnAddress("path", primary.Root.Path) : new ReturnAddress("collect", null));
    }

    /// <summary>_INIT.CT1: the PROPOSED image as it is now.</summary>
    private static byte[] InitialControlFile(Site site, string? proposed)
    {
        var parsed = SiteControlFile.Parse(proposed ?? "");
        return parsed.Value is { } file
            ? SiteControlFile.From(file.Image with { Type = SiteControlFileType.Proposed }).ToBytes()
            : throw new InvalidDataException($"The PROPOSED image of {site.Code} cannot be read: {parsed.Error}");
    }

    private async Task<Outcome> CancelAsync(Operation operation, CancellationToken cancellationToken)
    {
        var job = await FindAsync(operation.Subject, cancellationToken);
        if (job is null || JobTransitions.IsFinal(job.Status))
        {
            return Outcome.Done;
        }

        disk.Delete(JobFile(job.Id));
        if (!IsWithSender(job.Id))
        {
            await EndJobAsync(job.Id, JobEvent.Cancelled, job.Reason ?? "Cancelled.", cancellationToken);
            workers.Nudge(Components.HierarchyManager);
            return Outcome.Done;
        }

        // The request is the sender's: made due, it asks whether it may go on, and hears no.
        sender.RetryNow(job.Id);
        workers.Nudge(SiteComponents.LanSender);
        return Outcome.NotYet;
    }

    private async Task<Outcome> RetryAsync(Operation operation, CancellationToken cancellationToken)
    {
        if (await FindAsync(operation.Subject, cancellationToken) is { } job && !JobTransitions.IsFinal(job.Status))
        {
            sender.RetryNow(job.Id);
            workers.Nudge(SiteComponents.LanSender);
        }

        return Outcome.Done;
    }

    /// <summary>
    /// Brings the job's priority, as its row says it now, to wherever the job is: a wish that had to wait must not undo a later one. The Scheduler may have read
    /// the job's file before the change, so only the sender's word that it has kept it ends this.
    /// </summary>
    private async Task<Outcome> SetPriorityAsync(Operation operation, CancellationToken cancellationToken)
    {
        if (await FindAsync(operation.Subject, cancellationToken) is not { } job || JobTransitions.IsFinal(job.Status))
        {
            return Outcome.Done;
        }

        var priority = (int)job.Priority;
        var file = JobFile(job.Id);
        var isPlaced = disk.FileExists(file);
        if (isPlaced && SiteJson.TryRead(disk.ReadAll(file, 64 << 10), SiteJson.Default.SystemJob, out _) is { } placed && placed.Priority != priority)
        {
            disk.Write(file, JsonSerializer.SerializeToUtf8Bytes(placed with { Priority = priority }, SiteJson.Default.SystemJob), ownerOnly: true);
        }

        // What is not placed yet is placed with it.
        return sender.SetPriority(job.Id, priority) || (!isPlaced && !IsWithSender(job.Id)) ? Outcome.Done : Outcome.NotYet;
    }

    /// <summary>A job whose files were lost is placed again (F11): the database is the truth.</summary>
    private async Task ReconcileAsync(CancellationToken cancellationToken)
    {
        var open = await store.ReadAsync(
            (db, token) => db.Jobs
                .Where(j => (j.Status == JobStatus.Pending || j.Status == JobStatus.Active || j.Status == JobStatus.Retrying)
                    && !db.Operations.Any(o => o.Subject == j.Id && o.Kind == OperationKinds.PlaceJob && o.CompletedAt == null))
                .Select(j => j.Id).ToListAsync(token),
            cancellationToken);
        foreach (var id in open.Where(id => !disk.FileExists(JobFile(id)) && !IsWithSender(id)))
        {
            await store.WriteAsync(
                async (db, token) =>
                {
                    // The sender tells of a job's end before it deletes the request: only a job that is open now was lost.
                    var job = await db.Jobs.FirstOrDefaultAsync(j => j.Id == id, token);
                    var operation = await db.Operations.Where(o => o.Subject == id && o.Kind == OperationKinds.PlaceJob).OrderBy(o => o.Id).LastOrDefaultAsync(token);
                    if (job is not null && !JobTransitions.IsFinal(job.Status) && operation is not null)
                    {
                        db.SendRequests.RemoveRange(await db.SendRequests.Where(r => r.JobId == id).ToListAsync(token));
                        operation.CompletedAt = null;
                        operation.DueAt = db.Now;
                    }
                },
                cancellationToken);
            LogReplaced(primary.Code, id);
        }
    }

    private Task<Job?> FindAsync(string id, CancellationToken cancellationToken) =>
        store.ReadAsync((db, token) => db.Jobs.FirstOrDefaultAsync(j => j.Id == id, token), cancellationToken);

    private Task EndJobAsync(string id, JobEvent happened, string reason, CancellationToken cancellationToken) =>
        store.WriteAsync(
            async (db, token) =>
            {
                if (await db.Jobs.FirstOrDefaultAsync(j => j.Id == id, token) is { } job)
                {
                    JobChanges.End(db, job, happened, reason);
                }
            },
            cancellationToken);

    private Task FinishAsync(long id, Outcome outcome, CancellationToken cancellationToken) =>
        store.WriteAsync(
            async (db, token) =>
            {
                if (await db.Operations.FirstOrDefaultAsync(o => o.Id == id, token) is { } operation)
                {
                    operation.CompletedAt = outcome == Outcome.Done ? db.Now : null;
                    operation.DueAt = outcome == Outcome.Done ? operation.DueAt : db.Now.AddSeconds(2);
                    operation.LastError = null;
                }
            },
            cancellationToken);

    private Task PostponeAsync(long id, Exception error, CancellationToken cancellationToken) =>
        store.WriteAsync(
            async (db, token) =>
            {
                if (await db.Operations.FirstOrDefaultAsync(o => o.Id == id, token) is not { } operation)
                {
                    return;
                }

                operation.Attempts++;
                operation.LastError = error.Message;
                operation.DueAt = db.Now + TimeSpan.FromSeconds(Math.Min(_longestWait.TotalSeconds, 2 << Math.Min(operation.Attempts, 8)));
                if (operation.Kind == OperationKinds.PlaceJob && await db.Jobs.FirstOrDefaultAsync(j => j.Id == operation.Subject, token) is { } job)
                {
                    job.WaitText = $"It cannot be placed: {error.Message}";
                    if (operation.Attempts >= MaximumAttempts || error is SitePackageException)
                    {
                        // No site package is an administrator's matter; trying on would only hide it.
                        JobChanges.End(db, job, JobEvent.Failed, error.Message);
                        operation.CompletedAt = db.Now;
                        if (error is SitePackageException)
                        {
                            db.StatusMessages.Add(SmsEvents.Message(db.Now, primary.Code, SmsEvents.NoSystemMap, Severity.Error, error.Message));
                        }
                    }
                }
                else if (operation.Kind == OperationKinds.PlaceControlFile)
                {
                    await ComplainAsync(db, operation, token);
                }
                else if (operation.Attempts >= MaximumAttempts)
                {
                    operation.CompletedAt = db.Now;
                }
            },
            cancellationToken);

    /// <summary>Told once; what a person sees goes with the last reason.</summary>
    private async Task ComplainAsync(SmsContext db, Operation operation, CancellationToken cancellationToken)
    {
        if (operation.Attempts > AttemptsInSilence)
        {
            var failure = SmsEvents.Explain(SmsEvents.ControlFileNotPlaced, operation.Subject, operation.LastError!);
            var site = await db.Sites.FirstAsync(s => s.Code == operation.Subject, cancellationToken);
            if (site.FailureEventId != failure.EventId)
            {
                db.StatusMessages.Add(SmsEvents.Message(db.Now, primary.Code, failure.EventId, Severity.Error, failure.Reason));
            }

            PhaseChanger.Complain(db, site, failure);
        }
    }

    private string JobFile(string id) => Path.Combine(primary.Root.ScheduleBox, id + ".JOB");

    private bool IsWithSender(string id)
    {
        var request = Path.Combine(primary.Root.Outbox(Scheduler.LanOutbox), id + ".SRQ");
        return disk.FileExists(request) || disk.FileExists(Path.ChangeExtension(request, ".SRS"));
    }
}
