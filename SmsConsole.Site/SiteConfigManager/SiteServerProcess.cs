using System.Diagnostics;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.SiteServer;

/// <summary>
/// <c>sms-site run</c>: the process of Site Configuration Manager. Holds the site's lock, starts the Executive, starts it again when it dies, and
/// runs Site Configuration Manager. When this process dies, the Executive sees its standard input close and starts it anew.
/// </summary>
public sealed class SiteServerProcess(IDisk disk, SmsRoot root, ISiteProcesses processes, TimeProvider clock)
{
    private static readonly TimeSpan _poll = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _longestPause = TimeSpan.FromMinutes(1);

    /// <summary>A child that lived this long was healthy: the next start is prompt again.</summary>
    private static readonly TimeSpan _healthy = TimeSpan.FromMinutes(1);

    private int _restarts;
    private DateTimeOffset _startedAt;

    /// <summary>Exit code of a second one on the same root; systemd does not start it again.</summary>
    public const int AnotherServes = 3;

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var identity = SiteIdentity.Load(disk, root);
        if (identity is null)
        {
            await Console.Error.WriteLineAsync($"sms-site: {root.Path} is not the root of an installed site.");
            return 1;
        }

        using var held = await SiteLock.AcquireAsync(SiteConfigManager.LockFile(root), TimeSpan.FromSeconds(3), cancellationToken);
        if (held is null)
        {
            return AnotherServes;
        }

        disk.Delete(ExecutiveProcess.StopFile(root));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watch = WatchStopFileAsync(stop);
        var code = await ServeAsync(identity, stop.Token);
        await stop.CancelAsync();
        await watch;
        return code;
    }

    private async Task<int> ServeAsync(SiteIdentity identity, CancellationToken cancellationToken)
    {
        _startedAt = clock.GetUtcNow();
        var log = TraceLog.For(disk, root, "scman", identity.SiteCode, clock);
        var status = new StatusManager(disk, root, identity, clock, log);
        var manager = new SiteConfigManager(disk, root, identity, status, Services, clock, log);
        using var signal = new WakeSignal(disk, root.SiteConfigBox);
        log.Information($"Site Configuration Manager {SiteProgram.Version} serves {root.Path}.");

        var executive = SuperviseAsync(identity, status, log, signal, cancellationToken);
        await WaitForServicesAsync(cancellationToken);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await manager.RunOnceAsync(cancellationToken);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                log.Error("Will try again: " + e.Message);
            }

            await signal.WaitAsync(_poll, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await executive;
        log.Information("Site Configuration Manager stopped.");
        return 0;
    }

    private async Task WatchStopFileAsync(CancellationTokenSource stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (disk.FileExists(ExecutiveProcess.StopFile(root)))
            {
                await stop.CancelAsync();
            }

            await Task.Delay(TimeSpan.FromSeconds(1), clock, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Starts the Executive again whenever it ends, with growing pauses while it dies at once.</summary>
    private async Task SuperviseAsync(SiteIdentity identity, StatusManager status, TraceLog log, WakeSignal signal, CancellationToken cancellationToken)
    {
        var pause = TimeSpan.FromMilliseconds(100);
        while (!cancellationToken.IsCancellationRequested)
        {
            var begun = clock.GetUtcNow();
            var end = await RunExecutiveAsync(log, cancellationToken);
            if (end is null)
            {
                return;
            }

            _restarts++;
            try
            {
                status.Raise(SiteComponents.SiteConfigManager, SiteEvents.ServiceRestarted, Spool.TraceLevel.Warning, $"SMS_EXECUTIVE of {identity.SiteCode} {end} and is started again.");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                log.Error("The status message cannot be kept: " + e.Message); // a full disk is no reason to leave the site without its Executive
            }

            pause = clock.GetUtcNow() - begun > _healthy ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromTicks(Math.Min(_longestPause.Ticks, pause.Ticks * 2));
            await Task.Delay(pause, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            signal.Set();
        }
    }

    /// <summary>One life of the Executive; how it ended, or null when this process is told to stop.</summary>
    private async Task<string?> RunExecutiveAsync(TraceLog log, CancellationToken cancellationToken)
    {
        try
        {
            disk.Delete(ExecutiveProcess.ReportFile(root));
            var slot = ComponentSlots.Current(disk, root) ?? throw new IOException("No component slot is in use.");
            using var child = processes.StartChild(slot, "executive", root.Path);
            try
            {
                await child.WaitForExitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                await StopAsync(child);
                return null;
            }

            log.Warning($"The Executive (process {child.Id}) ended with code {child.ExitCode}; starting it again.");
            return $"ended with code {child.ExitCode}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Error("The Executive cannot be started: " + e.Message);
            return "could not be started";
        }
    }

    /// <summary>Closing its input is the Executive's word to stop.</summary>
    private static async Task StopAsync(Process child)
    {
        child.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await child.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            child.Kill();
        }
    }

    private async Task WaitForServicesAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < 500 && !disk.FileExists(ExecutiveProcess.ReportFile(root)); i++)
        {
            await Task.Delay(10, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private IReadOnlyList<ServiceState> Services()
    {
        var file = ExecutiveProcess.ReportFile(root);
        var report = disk.FileExists(file) ? SiteJson.TryRead(disk.ReadAll(file, 16 << 10), SiteJson.Default.ServiceReport, out _) : null;
        var threads = SiteComponents.Threads.Select(name => report?.Services.Contains(name) == true
            ? new ServiceState(name, "Running", report.StartedAt, _restarts)
            : new ServiceState(name, "Stopped", clock.GetUtcNow(), _restarts));
        return [new ServiceState(SiteComponents.SiteConfigManager, "Running", _startedAt, 0), .. threads];
    }
}
