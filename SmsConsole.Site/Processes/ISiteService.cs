using SmsConsole.SiteServer.Spool;

namespace SmsConsole.SiteServer;

/// <summary>The site server as a service of its machine: started at boot, and again when it has died, without the parent.</summary>
public interface ISiteService
{
    /// <summary>Registers and starts the site server; false when that was not possible, with the reason in the log: then the parent's watchdog starts it.</summary>
    Task<bool> RegisterAsync(TraceLog log, CancellationToken cancellationToken);

    /// <summary>
    /// True where the service is there and its manager has not given it up. Then a dead site server is the manager's to start (a second one started beside
    /// it would make the manager's own end), and one that was stopped through the manager was stopped on purpose.
    /// </summary>
    Task<bool> IsInChargeAsync(CancellationToken cancellationToken);
}

/// <summary>The service of the system this process runs on.</summary>
public static class SiteService
{
    public static ISiteService Of(IDisk disk, SmsRoot root, string siteCode) =>
        OperatingSystem.IsWindows() ? new WindowsService(disk, root, siteCode, new ServiceControlManager()) : new SystemdUnit(disk, root, siteCode);
}
