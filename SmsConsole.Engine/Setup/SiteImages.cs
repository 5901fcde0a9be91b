using SmsConsole.SiteServer;
using SmsConsole.SiteServer.Formats;

namespace SmsConsole.Engine;

/// <summary>The site control images that this primary writes.</summary>
internal static class SiteImages
{
    /// <summary>Windows domains mean nothing here, but the format wants one (error 715, KB121683).</summary>
    private static readonly SiteControlDomain _domain = new("SMS", "", LogonServerSource.Enumerated, []);

    /// <summary>The version this build installs.</summary>
    public static string Build { get; } = SiteProgram.Version;

    /// <summary>What an administrator wants of a new secondary site.</summary>
    public static SiteControlImageContent Secondary(NewSite site, string parentCode, DateTimeOffset at, SiteControlFileType type) => new()
    {
        Build = Build,
        Type = type,
        Comment = type == SiteControlFileType.NewSite ? $"New site {site.Code}" : $"Configuration of site {site.Code}",
        TargetSite = site.Code,
        OriginatingSite = parentCode,
        PostedAt = DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds()),
        Account = new SiteControlAccount(
            SiteControlSiteType.Secondary,
            site.Code,
            parentCode,
            Server: site.Address.Host ?? Environment.MachineName,
            Domain: "",
            site.Name,
            site.InstallDirectory),
        Properties = [new SiteControlProperty("Service Response", Number: 2)],
        Domains = [_domain],
        Addresses = [new SiteControlAddress(site.Code, parentCode, "MS_LAN_SENDER", "LAN_DEFAULT", "")],
        Outboxes = [new SiteControlOutbox("LAN_DEFAULT", "", "MS_LAN_SENDER", SiteControlOutbox.AlwaysOpen, 1, "", site.Address.Host ?? Environment.MachineName)],
        Components = [.. SiteComponents.Threads.Where(t => t != SiteComponents.LanSender).Select(t => Thread(t, site.Address.Host ?? Environment.MachineName, SiteComponentTraits.SecondarySite))],
        Senders =
        [
            new SiteControlSender(
                SiteComponentTraits.Install | SiteComponentTraits.StartService | SiteComponentTraits.SecondarySite | SiteComponentTraits.Sender | SiteComponentTraits.AsThread,
                "MS_LAN_SENDER", "sms-site", site.Address.Host ?? Environment.MachineName, "", SiteComponents.LanSender, ["LAN_DEFAULT"]),
        ],
    };

    /// <summary>This primary as the first start makes it.</summary>
    public static SiteControlImageContent Primary(string code, string name, string directory, SmsConsoleOptions options, DateTimeOffset at, SiteControlFileType type) => new()
    {
        Build = Build,
        Type = type,
        Comment = "First start",
        TargetSite = code,
        OriginatingSite = code,
        PostedAt = DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds()),
        Account = new SiteControlAccount(
            SiteControlSiteType.Primary,
            code,
            ParentCode: "",
            Environment.MachineName,
            Domain: "",
            name,
            directory,

            // Which kind of server, never the connection string: it may hold a password.
            SqlServer: options.Database.Provider.ToString(),
            SqlDatabase: "SiteControl"),
        Domains = [_domain],

        // A site without parent and children has one address, its own (Resource Kit, S3D65; error 716 without any).
        Addresses = [new SiteControlAddress(code, code, "MS_LAN_SENDER", "LAN_DEFAULT", "")],
        Outboxes = [new SiteControlOutbox("LAN_DEFAULT", "", "MS_LAN_SENDER", SiteControlOutbox.AlwaysOpen, 1, "", Environment.MachineName)],
        Components =
        [
            Thread(Engine.Components.HierarchyManager, Environment.MachineName, SiteComponentTraits.PrimarySite),
            Thread(Engine.Components.SqlMonitor, Environment.MachineName, SiteComponentTraits.PrimarySite),
            .. SiteComponents.Threads.Where(t => t != SiteComponents.LanSender).Select(t => Thread(t, Environment.MachineName, SiteComponentTraits.PrimarySite)),
        ],
        Senders =
        [
            new SiteControlSender(
                SiteComponentTraits.Install | SiteComponentTraits.StartService | SiteComponentTraits.PrimarySite | SiteComponentTraits.Sender | SiteComponentTraits.AsThread,
                "MS_LAN_SENDER", "sms-site", Environment.MachineName, "", SiteComponents.LanSender, ["LAN_DEFAULT"]),
        ],
    };

    private static SiteControlComponent Thread(string name, string server, SiteComponentTraits where) =>
        new(SiteComponentTraits.Install | SiteComponentTraits.StartService | SiteComponentTraits.AsThread | where, name, "sms-site", server, "");
}
