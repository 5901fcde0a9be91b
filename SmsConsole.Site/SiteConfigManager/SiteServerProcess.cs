using System.Text.Json;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.SiteServer;

/// <summary>
/// <c>sms-site run</c>: the site server. One process holds the site's lock and runs Site Configuration Manager beside the threads of SMS Executive
/// (AS_THREAD, as in SMS 2.0). Whoever started it starts it again when it dies: its <see cref="Supervisor"/>, systemd, or the parent's watchdog.
/// </summary>
public sealed class SiteServerProcess(IDisk disk, SmsRoot root, ISiteProcesses processes, TimeProvider clock)
{
    private static readonly TimeSpan _poll = TimeSpan.FromSeconds(10);

    /// <summary>Exit code of a second one on the same root; nobody starts it again.</summary>
    public const int AnotherServes = 3;

    /// <summary>Exit code after SIGTERM under a supervisor, which starts it again: only <c>sms-site stop</c> ends both.</summary>
    private const int Terminated = 143;

    /// <summary>There while the site server runs, and after it has died: the next one reports that.</summary>
    public static string ReportFile(SmsRoot root) => Path.Combine(root.Path, "SITE.SRV", "SERVICES");

    /// <summary>There from when the site server is stopped on purpose (<c>sms-site stop</c>) until it is started on purpose.</summary>
    public static string StopFile(SmsRoot root) => Path.Combine(root.Path, "SITE.SRV", "STOP");

    /// <summary>Takes back an earlier stop. Only for whoever starts it on purpose: a start after a death must not undo what somebody at the branch has said.</summary>
    public static void Allow(IDisk disk, SmsRoot root) => disk.Delete(StopFile(root));

    /// <param name="supervisor">Process id of the supervisor, or null when there is none.</param>
    /// <param name="cancellationToken">SIGTERM or Ctrl+C.</param>
    public async Task<int> RunAsync(int? supervisor, CancellationToken cancellationToken)
    {
        var identity = SiteIdentity.Load(disk, root);
        if (identity is null)
        {
            await Console.Error.WriteLineAsync($"sms-site: {root.Path} is not the root of an installed site.");
            return 1;
        }

        using (var held = await SiteLock.AcquireAsync(SiteConfigManager.LockFile(root), TimeSpan.FromSeconds(3), cancellationToken))
        {
            if (held is null)
            {
                return AnotherServes;
            }

            if (supervisor is null)
            {
                Allow(disk, root);
            }
            else if (disk.FileExists(StopFile(root)))
            {
                return 0; // stopped while its supervisor was about to start it again
            }

            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var watch = WatchAsync(supervisor, stop);
            await ServeAsync(identity, stop.Token);
            await stop.CancelAsync();
            await watch;
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return supervisor is null ? 0 : Terminated;
        }

        if (!disk.FileExists(StopFile(root)) && ComponentSlots.Current(disk, root) is { } slot)
        {
            processes.StartDetached(slot, "run", root.Path); // the supervisor is gone
        }

        return 0;
    }

    private async Task ServeAsync(SiteIdentity identity, CancellationToken cancellationToken)
    {
        var log = TraceLog.For(disk, root, "scman", identity.SiteCode, clock);
        using var alone = await SiteThreads.AcquireAsync(root, cancellationToken);
        await using var threads = new SiteThreads(disk, root, identity, clock);
        var report = Begin(identity, threads.Status, log);
        var manager = new SiteConfigManager(disk, root, identity, threads.Status, report.States, clock, log);
        using var signal = new WakeSignal(disk, root.SiteConfigBox);
        var executive = threads.RunAsync(_poll, cancellationToken);
        while (!cancellationToken.IsCancellationRequested)
        {
            await SiteThreads.GuardAsync(SiteComponents.SiteConfigManager, log, manager.RunOnceAsync, cancellationToken);
            await signal.WaitAsync(_poll, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await executive;
        disk.Delete(ReportFile(root));
        log.Information("The site server stopped.");
    }

    /// <summary>Notes that this process serves the site. A note that is there already is of one that died.</summary>
    private ServiceReport Begin(SiteIdentity identity, StatusManager status, TraceLog log)
    {
        var file = ReportFile(root);
        var died = disk.FileExists(file) ? SiteJson.TryRead(disk.ReadAll(file, 16 << 10), SiteJson.Default.ServiceReport, out _) : null;
        var report = new ServiceReport(Environment.ProcessId, clock.GetUtcNow(), [SiteComponents.SiteConfigManager, .. SiteComponents.Threads], died is null ? 0 : died.Restarts + 1);
        disk.Write(file, JsonSerializer.SerializeToUtf8Bytes(report, SiteJson.Default.ServiceReport));
        log.Information($"Site server {SiteProgram.Version} serves {root.Path} (process {report.ProcessId}).");
        if (died is not null)
        {
            var text = $"The site server of {identity.SiteCode} (process {died.ProcessId}, started {died.StartedAt:yyyy-MM-dd HH:mm:ss} UTC) ended without being told to and was started again.";
            log.Warning(text);
            try
            {
                status.Raise(SiteComponents.SiteConfigManager, SiteEvents.ServiceRestarted, Spool.TraceLevel.Warning, text);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                log.Error("The status message cannot be kept: " + e.Message); // a full disk is no reason not to serve
            }
        }

        return report;
    }

    /// <summary>Looks once a second for the word to stop, and whether the supervisor still lives.</summary>
    private async Task WatchAsync(int? supervisor, CancellationTokenSource stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (disk.FileExists(StopFile(root)) || (supervisor is { } process && !Supervisor.IsOurs(process)))
            {
                await stop.CancelAsync();
            }

            await Task.Delay(TimeSpan.FromSeconds(1), clock, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
