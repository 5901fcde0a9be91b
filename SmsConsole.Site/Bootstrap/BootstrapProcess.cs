using SmsConsole.SiteServer.Spool;

namespace SmsConsole.SiteServer;

/// <summary>
/// <c>sms-site bootstrap</c>: runs the Bootstrap service until the site server has taken over or the installation has stopped. It brings its own
/// Scheduler, Sender and Status Manager, so that its news reaches the parent.
/// </summary>
public sealed class BootstrapProcess(IDisk disk, SmsRoot root, ISiteProcesses processes, TimeProvider clock)
{
    private static readonly TimeSpan _poll = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _farewell = TimeSpan.FromSeconds(30);

    /// <summary>Without any package for this long it ends; the parent's sender starts it again when it has something.</summary>
    private static readonly TimeSpan _idle = TimeSpan.FromHours(48);

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (!disk.FileExists(root.BootstrapOrder) && Trust.SiteIdentity.Load(disk, root) is null)
        {
            // Before the lock, whose file would make a folder of a mistyped path.
            await Console.Error.WriteLineAsync($"sms-site: {root.BootstrapOrder} is not there.");
            return 1;
        }

        using var held = await SiteLock.AcquireAsync(BootstrapService.LockFile(root), TimeSpan.FromSeconds(3), cancellationToken);
        if (held is null)
        {
            return 0; // another one is at work
        }

        var identity = BootstrapService.Enrol(disk, root, clock);
        if (identity is null)
        {
            await Console.Error.WriteLineAsync($"sms-site: {root.BootstrapOrder} cannot be read.");
            return 1;
        }

        var log = new TraceLog(disk, root.BootstrapLog, identity.SiteCode, clock);
        log.Information($"Bootstrap service {SiteProgram.Version} started for {root.Path}.");
        if (ComponentSlots.Current(disk, root) is null)
        {
            var outcome = await ReceiveAsync(log, cancellationToken);
            if (outcome != BootstrapOutcome.Installed)
            {
                log.Information($"Bootstrap service ended: {outcome}.");
                return outcome == BootstrapOutcome.Stopped ? 1 : 0;
            }
        }

        return await HandOverAsync(log, cancellationToken);
    }

    private async Task<BootstrapOutcome> ReceiveAsync(TraceLog log, CancellationToken cancellationToken)
    {
        var identity = Trust.SiteIdentity.Load(disk, root)!;
        using var alone = await SiteThreads.AcquireAsync(root, cancellationToken);
        await using var threads = new SiteThreads(disk, root, identity, clock);
        var service = new BootstrapService(disk, root, identity, threads.Status.With(log), log);
        var until = clock.GetUtcNow() + _idle;
        var outcome = BootstrapOutcome.Waiting;
        while (outcome == BootstrapOutcome.Waiting && clock.GetUtcNow() < until && !cancellationToken.IsCancellationRequested)
        {
            BootstrapService.Enrol(disk, root, clock);
            outcome = await RunOnceAsync(service, log, cancellationToken);
            await threads.RoundAsync(despool: false, cancellationToken);
            if (outcome == BootstrapOutcome.Waiting)
            {
                await threads.WaitAsync(_poll, cancellationToken);
            }
        }

        if (outcome == BootstrapOutcome.Stopped)
        {
            await SayAsync(threads, cancellationToken);
        }

        return outcome;
    }

    private static async Task<BootstrapOutcome> RunOnceAsync(BootstrapService service, TraceLog log, CancellationToken cancellationToken)
    {
        try
        {
            return await service.RunOnceAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            log.Error("Will try again: " + e.Message);
            return BootstrapOutcome.Waiting;
        }
    }

    /// <summary>Stays until the parent has the reason, for a while.</summary>
    private async Task SayAsync(SiteThreads threads, CancellationToken cancellationToken)
    {
        var until = clock.GetUtcNow() + _farewell;
        do
        {
            await threads.RoundAsync(despool: false, cancellationToken);
            await threads.WhenSentAsync();
            if (disk.ListFiles(root.Outbox(Scheduler.LanOutbox), "*.SR?").Count == 0 && disk.ListFiles(root.ScheduleBox, "*.JOB").Count == 0)
            {
                return;
            }

            await threads.WaitAsync(TimeSpan.FromSeconds(1), cancellationToken);
        }
        while (clock.GetUtcNow() < until);
    }

    /// <summary>Starts Site Configuration Manager and ends once it holds the site (seed 000).</summary>
    private async Task<int> HandOverAsync(TraceLog log, CancellationToken cancellationToken)
    {
        var slot = ComponentSlots.Current(disk, root)!;
        var registered = false;
        if (!SiteLock.IsHeld(SiteConfigManager.LockFile(root)))
        {
            registered = await SiteService.Of(disk, root, Trust.SiteIdentity.Load(disk, root)!.SiteCode).RegisterAsync(log, cancellationToken);
        }

        disk.Delete(BootstrapService.HandoverFile(root)); // at once: what is stopped through the system later is not to be started by this service
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            if (!SiteLock.IsHeld(SiteConfigManager.LockFile(root)) && (!registered || attempt > 1))
            {
                processes.StartDetached(slot, "run", root.Path);
            }

            for (var i = 0; i < 500; i++)
            {
                if (SiteLock.IsHeld(SiteConfigManager.LockFile(root)))
                {
                    log.Information("Site Configuration Manager has started; the Bootstrap service stops.");
                    return 0;
                }

                await Task.Delay(20, cancellationToken);
            }

            log.Error($"Site Configuration Manager did not start (attempt {attempt}).");
        }

        return 1;
    }
}
