using SmsConsole.SiteServer.Spool;

namespace SmsConsole.SiteServer;

/// <summary>
/// <c>sms-site stop</c>: lays a STOP file, which the site server looks for, and waits until it has gone. The next <c>run</c> removes it.
/// </summary>
internal static class SiteStop
{
    public static async Task<int> RunAsync(IDisk disk, SmsRoot root, CancellationToken cancellationToken)
    {
        if (ComponentSlots.Current(disk, root) is null)
        {
            await Console.Error.WriteLineAsync($"sms-site: {root.Path} is not the root of an installed site.");
            return 1;
        }

        disk.Write(SiteServerProcess.StopFile(root), []);
        for (var i = 0; i < 200; i++)
        {
            if (!SiteLock.IsHeld(SiteConfigManager.LockFile(root)) && !SiteLock.IsHeld(SiteThreads.LockFile(root)))
            {
                return 0;
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
