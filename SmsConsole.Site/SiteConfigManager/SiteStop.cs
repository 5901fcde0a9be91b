using SmsConsole.SiteServer.Spool;

namespace SmsConsole.SiteServer;

/// <summary>
/// <c>sms-site stop</c>: lays a STOP file, which the site server looks for, and waits until it has gone. The next <c>run</c> removes it, but for
/// one that a supervisor starts after a death.
/// </summary>
internal static class SiteStop
{
    /// <summary>Looks, a tenth of a second each, in which a service manager starts again what has died (after two seconds): that start takes the STOP file away.</summary>
    private const int RestartLooks = 50;

    public static async Task<int> RunAsync(IDisk disk, SmsRoot root, ISiteProcesses processes, CancellationToken cancellationToken)
    {
        if (ComponentSlots.Current(disk, root) is null)
        {
            await Console.Error.WriteLineAsync($"sms-site: {root.Path} is not the root of an installed site.");
            return 1;
        }

        disk.Write(SiteServerProcess.StopFile(root), []);
        var quiet = 0;
        for (var i = 0; i < 200; i++)
        {
            if (!SiteLock.IsHeld(SiteConfigManager.LockFile(root)) && !SiteLock.IsHeld(SiteThreads.LockFile(root)))
            {
                // What has ended as it was told leaves no report behind.
                if (++quiet > RestartLooks || !disk.FileExists(SiteServerProcess.ReportFile(root)) || !await processes.IsServiceAsync(root, cancellationToken))
                {
                    return 0;
                }
            }
            else
            {
                quiet = 0;
            }

            if (!disk.FileExists(SiteServerProcess.StopFile(root)))
            {
                disk.Write(SiteServerProcess.StopFile(root), []); // one that was just starting has removed it
            }

            await Task.Delay(100, cancellationToken);
        }

        await Console.Error.WriteLineAsync("sms-site: the site server did not stop within 20 s.");
        return 1;
    }
}
