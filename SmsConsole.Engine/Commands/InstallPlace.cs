using System.Net;
using SmsConsole.Data.Sites;

namespace SmsConsole.Engine;

/// <summary>
/// Where a site lies: a machine and a directory. Two places that meet would let one site write into the other, or into this primary;
/// links are followed before they are compared.
/// </summary>
internal sealed record InstallPlace(string Host, string Directory)
{
    /// <summary>The machine this runs on.</summary>
    public const string Here = "";

    private const int MaximumLinks = 40;

    public static InstallPlace Of(NewSite site) => Of(site.Address.Transport, site.Address.Host, site.InstallDirectory);

    public static InstallPlace Of(SiteAddress address) => Of(address.Transport, address.Host, address.Directory);

    public static InstallPlace OfPrimary(PrimarySite primary) => new(Here, RealPath(primary.DataDirectory));

    /// <summary>Equal, or one inside the other, on the same machine.</summary>
    public bool Meets(InstallPlace other) =>
        string.Equals(Host, other.Host, StringComparison.OrdinalIgnoreCase) && (Contains(Directory, other.Directory) || Contains(other.Directory, Directory));

    private static InstallPlace Of(LinkTransport transport, string? host, string directory)
    {
        var here = transport == LinkTransport.Local || IsThisMachine(host ?? "");
        return new InstallPlace(here ? Here : host!, here && Path.IsPathFullyQualified(directory) ? RealPath(directory) : directory.Replace('\\', '/').TrimEnd('/'));
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

    /// <summary>The path with every link on the way followed; what does not exist yet stays as it is.</summary>
    private static string RealPath(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var real = Path.GetPathRoot(full)!;
        var rest = new Stack<string>(full[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Reverse());
        var links = 0;
        while (rest.TryPop(out var segment))
        {
            var next = Path.Combine(real, segment);
            if (LinkTarget(next) is { } target && links++ < MaximumLinks)
            {
                var absolute = Path.GetFullPath(target, real);
                real = Path.GetPathRoot(absolute)!;
                foreach (var part in absolute[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Reverse())
                {
                    rest.Push(part);
                }
            }
            else
            {
                real = next;
            }
        }

        return real;
    }

    private static string? LinkTarget(string path)
    {
        try
        {
            return new DirectoryInfo(path).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
