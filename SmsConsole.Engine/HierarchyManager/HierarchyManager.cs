using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.Engine;

/// <summary>
/// SMS_HIERARCHY_MANAGER: turns what the database wants into site control files and system jobs, and what sites answer into
/// database state. The only component that changes a site's status.
/// <list type="bullet">
/// <item>Woken by SQL Monitor (.WAK in SITECFG.BOX), by a .CT2, by the end of a job; the timer is the guarantee.</item>
/// <item>Reads SITECFG.BOX, the sites that are under construction with their jobs, and the open operations.</item>
/// <item>May change sites (through the phase changer only), jobs, images and operations, and write job files.</item>
/// <item>Killed here: each step is one transaction; files follow from operations, which are carried out again.</item>
/// </list>
/// </summary>
internal sealed partial class HierarchyManager(
    EngineStore store,
    PrimarySite primary,
    PhaseChanger phases,
    SystemJobs jobs,
    PrimaryAddressing addressing,
    Enrolments enrolments,
    SiteReports reports,
    JobOperations operations,
    IDisk disk,
    TimeProvider clock,
    ILogger<HierarchyManager> log)
{
    /// <summary>Steps a site may take in one run; more would be a circle.</summary>
    private const int MaximumSteps = 8;

    /// <summary>Runs in a row in which a site's step fails before its page says so; the first may be a moment's.</summary>
    private const int FailuresInSilence = 2;

    /// <summary>From then on the reason is brought up to date this often only: saying it wakes this component, and a reason may differ each time.</summary>
    private const int FailuresBetweenReasons = 12;

    private const string Me = Components.HierarchyManager;

    /// <summary>How often the step of a site has failed in a row.</summary>
    private readonly Dictionary<string, int> _failures = new(StringComparer.Ordinal);

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        ClearWakeUps();
        await enrolments.TakeAsync(cancellationToken);
        await reports.TakeAsync(cancellationToken);
        var failed = new HashSet<string>(StringComparer.Ordinal);
        for (var step = 0; step < MaximumSteps && await StepAllAsync(failed, cancellationToken); step++)
        {
        }

        await operations.CarryOutAsync(cancellationToken);
    }

    /// <summary>Before the work, so that a wake-up that comes during it makes another run.</summary>
    private void ClearWakeUps()
    {
        foreach (var file in disk.ListFiles(primary.Root.SiteConfigBox, "*.WAK"))
        {
            disk.Delete(file);
        }
    }

    /// <summary>One step for every site under construction; true when any moved.</summary>
    /// <param name="failed">The sites whose step failed in this run; each is tried again with the next.</param>
    private async Task<bool> StepAllAsync(HashSet<string> failed, CancellationToken cancellationToken)
    {
        var moved = false;
        foreach (var site in await UnderConstructionAsync(cancellationToken))
        {
            if (failed.Contains(site.Code))
            {
                continue;
            }

            try
            {
                moved |= await StepAsync(site, cancellationToken) == MoveOutcome.Moved;
                _failures.Remove(site.Code);
            }
            catch (Exception e) when (e is not (OperationCanceledException or FenceLostException))
            {
                // One site's failure never stops the next; it is tried again with the next run.
                LogStepFailed(e, site.Code);
                failed.Add(site.Code);
                await SayFailureAsync(site, e, cancellationToken);
            }
        }

        return moved;
    }

    /// <summary>
    /// A state that waits for this component itself has no deadline: without this, nobody but the log would know. What the site waits for is said anew with the
    /// step that succeeds.
    /// </summary>
    private async Task SayFailureAsync(ConstructionSite site, Exception error, CancellationToken cancellationToken)
    {
        var failures = _failures[site.Code] = _failures.GetValueOrDefault(site.Code) + 1;
        var text = $"{SiteWaits.For(site.Seen.State, site.Code)} This has failed and is tried again: {error.GetBaseException().Message}";
        if (failures <= FailuresInSilence || (failures - FailuresInSilence) % FailuresBetweenReasons != 1 || text == site.WaitText)
        {
            return;
        }

        try
        {
            await phases.SayWaitAsync(site.Seen, text, cancellationToken);
        }
        catch (Exception e) when (e is not (OperationCanceledException or FenceLostException))
        {
            // What keeps the step from being taken may keep this from being said.
            LogStepFailed(e, site.Code);
        }
    }

    private async Task<List<ConstructionSite>> UnderConstructionAsync(CancellationToken cancellationToken)
    {
        var (sites, open) = await store.ReadAsync(
            async (db, token) =>
            {
                var pending = db.Sites.Where(s => s.Status == SiteStatus.Pending && s.ParentCode == primary.Code);
                var sites = await pending.OrderBy(s => s.Code)
                    .Select(s => new { s.Code, s.Status, s.DetailedStatus, s.Phase, s.Revision, s.WaitText, s.WaitSince, s.WaitUntil }).ToListAsync(token);
                var open = await (from site in pending
                                  join job in db.Jobs on new { Code = site.Code, site.Incarnation } equals new { Code = job.Destination, job.Incarnation }
                                  select new SiteJob(job.Id, job.Destination, job.Type, job.Status, job.Reason, job.WaitText)).ToListAsync(token);
                return (sites, open);
            },
            cancellationToken);

        // Ids only grow, so the highest of a kind is the one that counts; earlier ones belong to attempts that failed.
        var latest = open.GroupBy(j => (j.Destination, j.Type)).ToDictionary(g => g.Key, g => g.MaxBy(j => j.Id, StringComparer.Ordinal));
        return [.. sites.Select(s =>
        {
            var state = new SiteState(s.Status, s.DetailedStatus, s.Phase);
            var job = SiteTransitions.JobOf(state) is { } type ? latest.GetValueOrDefault((s.Code, type)) : null;
            return new ConstructionSite(new SeenSite(s.Code, state, s.Revision), job, s.WaitText, s.WaitSince, s.WaitUntil);
        })];
    }

    private Task<MoveOutcome> StepAsync(ConstructionSite site, CancellationToken cancellationToken)
    {
        var state = site.Seen.State;
        if (site.WaitUntil is { } until && until <= clock.GetUtcNow().UtcDateTime)
        {
            return GiveUpWaitingAsync(site, cancellationToken);
        }

        return state switch
        {
            _ when state == SiteTransitions.NewSite => PlaceAsync(site, JobType.Bootstrap, SiteEvent.BootstrapJobPlaced, cancellationToken),
            _ when state == SiteTransitions.BootstrapSending => AwaitAsync(site, JobType.Bootstrap, null, SiteEvent.BootstrapJobFailed, SmsEvents.BootstrapJobFailed, cancellationToken),
            _ when state == SiteTransitions.Bootstrapped => PlaceAsync(site, JobType.SiteInstall, SiteEvent.InstallJobPlaced, cancellationToken),
            _ when state == SiteTransitions.PackageSending => AwaitAsync(site, JobType.SiteInstall, SiteEvent.InstallJobComplete, SiteEvent.InstallJobFailed, SmsEvents.InstallJobFailed, cancellationToken),
            _ when state == SiteTransitions.PackageSent => PlaceAsync(site, JobType.SiteControl, SiteEvent.ControlJobPlaced, cancellationToken),
            _ when state == SiteTransitions.ControlSending => AwaitAsync(site, JobType.SiteControl, SiteEvent.ControlJobComplete, SiteEvent.ControlJobFailed, SmsEvents.ControlJobFailed, cancellationToken),
            _ => Task.FromResult(MoveOutcome.NotAllowed),
        };
    }

    private async Task<MoveOutcome> PlaceAsync(ConstructionSite site, JobType type, SiteEvent placed, CancellationToken cancellationToken)
    {
        var comment = SystemJobs.Comment(type, site.Code);
        var outcome = await phases.MoveAsync(
            site.Seen,
            new SiteMove(placed, $"{comment} written.", Me),
            async (db, row, token) =>
            {
                await jobs.AddAsync(db, row, type, token);
                if (type == JobType.Bootstrap)
                {
                    await addressing.AddAsync(db, row, token);
                    db.StatusMessages.Add(SmsEvents.Message(db.Now, primary.Code, SmsEvents.InstallStarted, Severity.Information, $"The installation of site {row.Code} has started."));
                }
                else if (type == JobType.SiteInstall)
                {
                    db.StatusMessages.Add(SmsEvents.Message(db.Now, primary.Code, SmsEvents.InstallPackageCreated, Severity.Information, $"The job that sends the SMS site package to {row.Code} was created."));
                }
            },
            cancellationToken);
        Log(outcome, site, placed);
        return outcome;
    }

    /// <summary>Looks how the job of the phase stands.</summary>
    /// <param name="completed">Null where something else than the job's end completes the phase (the confirmation).</param>
    private async Task<MoveOutcome> AwaitAsync(ConstructionSite site, JobType type, SiteEvent? completed, SiteEvent failed, int failedEvent, CancellationToken cancellationToken)
    {
        if (site.Job is not { } job)
        {
            return await ReplaceAsync(site, type, cancellationToken);
        }

        if (job.Status is JobStatus.Failed or JobStatus.Cancelled)
        {
            var reason = job.Status == JobStatus.Cancelled ? $"Job {job.Id} was cancelled. {job.Reason}" : job.Reason ?? "";
            return await FailAsync(site, failed, SmsEvents.Explain(failedEvent, site.Code, reason.Trim()), cancellationToken);
        }

        if (job.Status == JobStatus.Complete && completed is null && enrolments.WhyMissing(site.Code) is { } missing)
        {
            // The job cannot bring it any more; only a new one can.
            return await FailAsync(site, failed, SmsEvents.Explain(SmsEvents.ConfirmationMissing, site.Code, $"Job {job.Id} is complete. {missing}"), cancellationToken);
        }

        if (job.Status == JobStatus.Complete && completed is { } done)
        {
            var outcome = await phases.MoveAsync(site.Seen, new SiteMove(done, $"{SystemJobs.Comment(type, site.Code)} ({job.Id}) is complete.", Me), null, cancellationToken);
            Log(outcome, site, done);
            return outcome;
        }

        await SayWaitAsync(site, job, cancellationToken);
        return MoveOutcome.NotAllowed;
    }

    private async Task<MoveOutcome> FailAsync(ConstructionSite site, SiteEvent failed, SiteFailureText failure, CancellationToken cancellationToken)
    {
        var outcome = await phases.MoveAsync(
            site.Seen,
            new SiteMove(failed, failure.Reason, Me, failure),
            (db, _, _) =>
            {
                db.StatusMessages.Add(SmsEvents.Message(db.Now, primary.Code, failure.EventId, Severity.Error, failure.Reason));
                return Task.CompletedTask;
            },
            cancellationToken);
        Log(outcome, site, failed);
        return outcome;
    }

    /// <summary>Says why the job does not get on, so that nobody has to look for it.</summary>
    private async Task SayWaitAsync(ConstructionSite site, SiteJob job, CancellationToken cancellationToken)
    {
        var text = SiteWaits.For(site.Seen.State, site.Code)!;
        if (job is { Status: JobStatus.Retrying, WaitText.Length: > 0 })
        {
            text += " " + job.WaitText;
        }

        if (text != site.WaitText)
        {
            await phases.SayWaitAsync(site.Seen, text, cancellationToken);
        }
    }

    /// <summary>The row of the job is gone (F11): the site's state is the truth and gets a new one.</summary>
    private async Task<MoveOutcome> ReplaceAsync(ConstructionSite site, JobType type, CancellationToken cancellationToken)
    {
        await store.WriteAsync(
            async (db, token) =>
            {
                if (await db.Sites.FirstOrDefaultAsync(s => s.Code == site.Code && s.Revision == site.Seen.Revision, token) is { } row)
                {
                    await jobs.AddAsync(db, row, type, token);
                }
            },
            cancellationToken);
        LogJobReplaced(site.Code, type);
        return MoveOutcome.NotAllowed;
    }

    private async Task<MoveOutcome> GiveUpWaitingAsync(ConstructionSite site, CancellationToken cancellationToken)
    {
        var reason = $"Phase {site.Seen.State.Phase} of {site.Code} took longer than it may. {site.WaitText} This has lasted since {site.WaitSince:yyyy-MM-dd HH:mm} UTC.";
        var failure = SmsEvents.Explain(SmsEvents.DeadlinePassed, site.Code, reason);
        var outcome = await phases.MoveAsync(
            site.Seen,
            new SiteMove(SiteEvent.DeadlinePassed, reason, Me, failure),
            async (db, _, token) =>
            {
                db.StatusMessages.Add(SmsEvents.Message(db.Now, primary.Code, SmsEvents.DeadlinePassed, Severity.Error, reason));
                if (site.Job is { } seen && await db.Jobs.FirstOrDefaultAsync(j => j.Id == seen.Id, token) is { } job && !JobTransitions.IsFinal(job.Status))
                {
                    job.CancelRequested = true;
                    job.Reason = "Its phase took longer than it may.";
                    SystemJobs.Ask(db, OperationKinds.CancelJob, job.Id);
                }
            },
            cancellationToken);
        Log(outcome, site, SiteEvent.DeadlinePassed);
        return outcome;
    }

    private void Log(MoveOutcome outcome, ConstructionSite site, SiteEvent happened)
    {
        if (outcome == MoveOutcome.Moved)
        {
            LogMoved(site.Code, happened, site.Seen.State.ToString());
        }
        else
        {
            LogNotMoved(site.Code, happened, outcome);
        }
    }

    private sealed record SiteJob(string Id, string Destination, JobType Type, JobStatus Status, string? Reason, string? WaitText);

    private sealed record ConstructionSite(SeenSite Seen, SiteJob? Job, string? WaitText, DateTime? WaitSince, DateTime? WaitUntil)
    {
        public string Code => Seen.Code;
    }
}
