using System.Collections.Concurrent;
using SmsConsole.SiteServer.Formats;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.SiteServer.Content;

/// <summary>
/// A primary's site packages: what SYSTEM.MAP names for a platform, packed once per version and platform into SMSPKG and sent to every site from there.
/// </summary>
public sealed class SitePackageLibrary(IDisk disk, SmsRoot root)
{
    /// <summary>SYSTEM.MAP's name for the set that needs a .NET runtime at the site.</summary>
    public const string AnyPlatform = "ANY";

    /// <summary>SYSTEM.MAP's unit for the components of a site server.</summary>
    public const string SiteUnit = "SITE";

    private const string SystemMapName = "SYSTEM.MAP";
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _building = new();

    /// <summary>Writes SYSTEM.MAP for the programs that lie beside this one (SMS Setup's work, at every start).</summary>
    public void WriteSystemMap()
    {
        var sets = new List<SiteProgram> { SiteProgram.FrameworkDependent };
        sets.AddRange(SiteProgram.Published(disk));
        var map = SystemMap.From(new SystemMapContents
        {
            Platforms = [.. sets.Select(PlatformOf)],
            Units = [SiteUnit],
            Files = [.. sets.Select(s => new SystemMapList($"{PlatformOf(s)}:{SiteUnit}", [.. s.Files]))],
        }).ToBytes();
        if (!disk.FileExists(root.SystemMap) || !disk.ReadAll(root.SystemMap, SystemMap.MaxBytes).AsSpan().SequenceEqual(map))
        {
            disk.Write(root.SystemMap, map);
        }
    }

    /// <summary>The package for a platform, built when it is not there yet.</summary>
    /// <param name="runtimeId">Null for the set that needs a .NET runtime at the site.</param>
    /// <exception cref="InvalidDataException">SYSTEM.MAP cannot be read or does not know the platform, or a file it names is missing (event 387).</exception>
    public async Task<string> GetAsync(string? runtimeId, CancellationToken cancellationToken)
    {
        var directory = Path.Combine(root.Path, "SMSPKG");
        var target = Path.Combine(directory, $"SITE.{SiteProgram.Version}.{runtimeId ?? AnyPlatform}.PCK");
        var gate = _building.GetOrAdd(target, _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(cancellationToken);
        try
        {
            var program = runtimeId is null ? SiteProgram.FrameworkDependent : SiteProgram.SelfContained(disk, runtimeId);
            var sources = Sources(program, runtimeId);
            if (disk.FileExists(target) && sources.Values.All(s => disk.LastWriteTime(s) <= disk.LastWriteTime(target)))
            {
                return target;
            }

            disk.CreateDirectory(directory);
            await SitePackage.BuildAsync(disk, sources, SiteProgram.Version, runtimeId, target, cancellationToken);
            return target;
        }
        finally
        {
            gate.Release();
        }
    }

    private static string PlatformOf(SiteProgram program) => program.RuntimeId?.ToUpperInvariant() ?? AnyPlatform;

    private Dictionary<string, string> Sources(SiteProgram? program, string? runtimeId)
    {
        var platform = runtimeId?.ToUpperInvariant() ?? AnyPlatform;
        var map = disk.FileExists(root.SystemMap)
            ? SystemMap.Parse(disk.ReadAll(root.SystemMap, SystemMap.MaxBytes))
            : new FormatError(FormatErrorCode.BadSystemMap, 0, "There is no SYSTEM.MAP.");
        if (!map.IsOk)
        {
            throw new InvalidDataException(map.Error.ToString());
        }

        var files = map.Value.Contents.FilesFor(platform, SiteUnit);
        if (files is null || program is null)
        {
            throw new InvalidDataException($"SYSTEM.MAP names no site server for {platform}.");
        }

        var sources = files.ToDictionary(f => f, f => Path.Combine(program.Directory, f));
        if (sources.FirstOrDefault(s => !disk.FileExists(s.Value)) is { Key: not null } missing)
        {
            throw new InvalidDataException($"SYSTEM.MAP names {missing.Key}, which is not in {program.Directory}.");
        }

        sources[SystemMapName] = root.SystemMap;
        return sources;
    }
}
