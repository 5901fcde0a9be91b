using System.Globalization;

namespace SmsConsole.SiteServer;

/// <summary>Reads what <see cref="SshScripts.Probe"/> printed.</summary>
internal static class SshProbe
{
    private const int BeforeRuntimes = 8;

    /// <summary>Null where it is not the answer of a system the sender can work with.</summary>
    public static LinkProbe? Read(string answer)
    {
        var lines = answer.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length >= BeforeRuntimes && Enum.TryParse<DirectoryState>(lines[4], out var state) && long.TryParse(lines[6], CultureInfo.InvariantCulture, out var freeKib)
            ? new LinkProbe($"{lines[0]} {lines[1]}", RuntimeIdOf(lines[0], lines[1], lines[2]), RuntimeOf(lines.Skip(BeforeRuntimes)), freeKib << 10, state, lines[5] == "yes", lines[3], OccupantOf(lines[7]))
            : null;
    }

    /// <summary>Of what <c>dotnet --list-runtimes</c> lists, the newest our program runs on; without one the newest of all, to be named to the administrator.</summary>
    internal static string? RuntimeOf(IEnumerable<string> listed) => listed
        .Where(l => l.StartsWith("Microsoft.NETCore.App ", StringComparison.Ordinal))
        .Select(l => l.Split(' ')[1])
        .Select(text => (Text: text, Version: Version.TryParse(text.Split('-')[0], out var version) ? version : null))
        .Where(r => r.Version is not null)
        .OrderBy(r => r.Version!.Major == SiteProgram.RuntimeMajor)
        .ThenBy(r => r.Version)
        .LastOrDefault().Text;

    /// <summary>"relation mark directory", or "-".</summary>
    private static DirectoryOccupant? OccupantOf(string line) =>
        line.Split(' ', 3) is [var relation, var mark, var directory] && Enum.TryParse<OccupantRelation>(relation, out var where)
            ? new DirectoryOccupant(where, mark, string.Concat(directory.Select(c => char.IsControl(c) ? '?' : c)))
            : null;

    private static string? RuntimeIdOf(string system, string machine, string library)
    {
        var architecture = machine switch
        {
            "x86_64" or "amd64" => "x64",
            "aarch64" or "arm64" => "arm64",
            "armv7l" => "arm",
            _ => null,
        };
        return (system, architecture) switch
        {
            (_, null) => null,
            ("Linux", _) => (library == "musl" ? "linux-musl-" : "linux-") + architecture,
            ("Darwin", _) => "osx-" + architecture,
            _ => null,
        };
    }
}
