using System.Net;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.Engine;

/// <summary>
/// Where a site lies: a machine and a directory. Two places that meet would let one site write into the other, or into this primary;
/// links are followed before they are compared.
/// </summary>
internal sealed record InstallPlace(string Host, string Directory)
{
    /// <summary>The machine this runs on.</summary>
    public const string Here = "";

    public static InstallPlace Of(NewSite site) => Of(site.Address.Transport, site.Address.Host, site.InstallDirectory);

    public static InstallPlace OfPrimary(PrimarySite primary) => new(Here, RealPath.Of(primary.DataDirectory));

    /// <summary>Equal, or one inside the other, on the same machine.</summary>
    public bool Meets(InstallPlace other) =>
        string.Equals(Host, other.Host, StringComparison.OrdinalIgnoreCase) && (Contains(Directory, other.Directory) || Contains(other.Directory, Directory));

    public static InstallPlace Of(LinkTransport transport, string? host, string directory)
    {
        var here = transport == LinkTransport.Local || IsThisMachine(host ?? "");
        return new InstallPlace(here ? Here : host!, here && Path.IsPathFullyQualified(directory) ? RealPath.Of(directory) : directory.Replace('\\', '/').TrimEnd('/'));
    }

    private static bool IsThisMachine(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || string.Equals(host, Environment.MachineName, StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip));

    private static bool Contains(string outer, string inner)
    {
        var comparison = OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        return inner.Equals(outer, comparison) || inner.StartsWith(outer.TrimEnd('/', '\\') + Path.DirectorySeparatorChar, comparison);
    }
}
