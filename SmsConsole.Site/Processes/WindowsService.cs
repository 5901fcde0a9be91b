using System.ComponentModel;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.SiteServer;

/// <summary>
/// Registers the site server with Windows' service control manager, so that it comes back after a reboot. Where the account may not, the parent's
/// watchdog starts it instead. The program of the slot in use is the service; who changes the slot registers anew.
/// </summary>
public sealed class WindowsService(IDisk disk, SmsRoot root, string siteCode, IServiceControlManager services) : ISiteService
{
    /// <summary>ERROR_PROCESS_ABORTED: it has died, and the manager is about to start it again.</summary>
    private const int Died = 1067;

    public string Name => $"sms-site-{siteCode}";

    internal RegisteredRoot Registered { get; } = new(disk, root, " run --root \"", '"', StringComparison.OrdinalIgnoreCase);

    /// <summary>What the manager starts. A path of Windows holds no quotation mark, and a root does not end with a backslash.</summary>
    public string CommandLine()
    {
        var slot = ComponentSlots.Current(disk, root) ?? root.BootstrapDirectory;
        var program = SiteProgram.IsSelfContained(slot)
            ? $"\"{Path.Combine(slot, "sms-site.exe")}\""
            : $"\"{SiteProgram.DotnetHost}\" \"{Path.Combine(slot, "sms-site.dll")}\"";
        return $"{program} run --root \"{root.Path}\" --service {Name}";
    }

    public Task<bool> RegisterAsync(TraceLog log, CancellationToken cancellationToken)
    {
        try
        {
            if (services.Find(Name) is { } present && Registered.OfAnotherSite(present.CommandLine) is { } other)
            {
                log.Warning($"{Name} is the site server of another primary's site, in {other}. The parent's watchdog starts this one.");
                return Task.FromResult(false);
            }

            services.Put(Name, $"SmsConsole site server {siteCode}", CommandLine());
            try
            {
                services.Start(Name);
                return Task.FromResult(true);
            }
            catch (Win32Exception)
            {
                services.Delete(Name); // a service that is there is the manager's to look after
                throw;
            }
        }
        catch (Win32Exception e)
        {
            log.Warning($"The site server could not be registered as a service: {e.Message} The parent's watchdog starts it after a reboot.");
            return Task.FromResult(false);
        }
    }

    public Task<bool> IsInChargeAsync(CancellationToken cancellationToken)
    {
        try
        {
            return Task.FromResult(services.Find(Name) is { } service && Registered.IsOurs(service.CommandLine) && (!service.IsStopped || service.ExitCode is 0 or Died));
        }
        catch (Win32Exception)
        {
            return Task.FromResult(false); // who may not look at it has not registered it
        }
    }
}
