using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.SiteServer.Content;

/// <summary>A file of a package.</summary>
/// <param name="Path">Relative, "/" between segments.</param>
/// <param name="Sha256">Lower-case hexadecimal.</param>
public sealed record PackageFile(string Path, long Length, string Sha256);

/// <summary>What a site package holds; its first entry.</summary>
/// <param name="RuntimeId">The platform a self-contained program was published for; null needs a .NET runtime at the site.</param>
public sealed record PackageManifest(string Version, string? RuntimeId, IReadOnlyList<PackageFile> Files)
{
    [JsonIgnore]
    public long TotalLength => Files.Sum(f => f.Length);
}

/// <summary>
/// The SMS site package (BOOTSTRP.PK1): a Brotli-compressed tar whose first entry is the manifest. Every file is checked against the manifest while
/// it is unpacked; nothing but plain files with plain names comes out.
/// </summary>
public static class SitePackage
{
    public const string ManifestName = "MANIFEST.JSON";
    private const int MaximumManifest = 1 << 20;
    private const int MaximumFiles = 5000;
    private const long MaximumTotal = 2L << 30;
    private const int MaximumRatio = 200;

    /// <summary>Packs the named files of a directory.</summary>
    public static Task BuildAsync(IDisk disk, string directory, IReadOnlyList<string> files, string version, string? runtimeId, string target, CancellationToken cancellationToken) =>
        BuildAsync(disk, files.ToDictionary(f => f.Replace('\\', '/'), f => Path.Combine(directory, f)), version, runtimeId, target, cancellationToken);

    /// <summary>Packs files under the names they get at the site, in name order, so that the same input gives the same bytes.</summary>
    /// <param name="sources">Name in the package to path here.</param>
    public static async Task BuildAsync(IDisk disk, IReadOnlyDictionary<string, string> sources, string version, string? runtimeId, string target, CancellationToken cancellationToken)
    {
        var entries = new List<PackageFile>();
        foreach (var (name, source) in sources.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            await using var stream = disk.OpenRead(source);
            entries.Add(new PackageFile(name, stream.Length, Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken))));
        }

        var manifest = new PackageManifest(version, runtimeId, entries);
        var part = target + ".part";
        disk.Delete(part);
        await using (var output = disk.OpenWrite(part, 0))
        {
            await using (var brotli = new BrotliStream(output, new BrotliCompressionOptions { Quality = 4 }, leaveOpen: true))
            await using (var tar = new TarWriter(brotli, TarEntryFormat.Ustar, leaveOpen: true))
            {
                using var json = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(manifest, SiteJson.Default.PackageManifest));
                await AddAsync(tar, ManifestName, json, cancellationToken);
                foreach (var entry in entries)
                {
                    await using var stream = disk.OpenRead(sources[entry.Path]);
                    await AddAsync(tar, entry.Path, stream, cancellationToken);
                }
            }

            disk.Flush(output);
        }

        disk.Move(part, target);
    }

    /// <summary>The manifest alone, for the disk space check.</summary>
    /// <exception cref="InvalidDataException">It is not a site package, or breaks a limit.</exception>
    public static async Task<PackageManifest> ReadManifestAsync(IDisk disk, string package, CancellationToken cancellationToken)
    {
        await using var input = disk.OpenRead(package);
        await using var brotli = new BrotliStream(input, CompressionMode.Decompress);
        return await ReadManifestAsync(new PackageEntries(brotli), input.Length, cancellationToken);
    }

    /// <summary>Unpacks into a directory that must not exist yet, flushing every file.</summary>
    /// <exception cref="InvalidDataException">An entry is not the one the manifest names, or has another content. The directory may be half filled.</exception>
    public static async Task<PackageManifest> ExtractAsync(IDisk disk, string package, string directory, CancellationToken cancellationToken)
    {
        await using var input = disk.OpenRead(package);
        await using var brotli = new BrotliStream(input, CompressionMode.Decompress);
        var entries = new PackageEntries(brotli);
        var manifest = await ReadManifestAsync(entries, input.Length, cancellationToken);
        disk.CreateDirectory(directory);
        foreach (var expected in manifest.Files)
        {
            var entry = await entries.NextAsync(cancellationToken) ?? throw new InvalidDataException($"The package ends before {expected.Path}.");
            if (entry.Name != expected.Path || entry.Length != expected.Length)
            {
                throw new InvalidDataException($"Found {entry.Name} where the manifest says {expected.Path}.");
            }

            var target = Path.Combine(directory, expected.Path);
            disk.CreateDirectory(Path.GetDirectoryName(target)!);
            await using var output = disk.OpenWrite(target, 0);
            if (await CopyAsync(entries, output, cancellationToken) != expected.Sha256)
            {
                throw new InvalidDataException($"{expected.Path} is not the file the manifest names.");
            }

            disk.Flush(output);
        }

        if (await entries.NextAsync(cancellationToken) is { } extra)
        {
            throw new InvalidDataException($"{extra.Name} is not in the manifest.");
        }

        return manifest;
    }

    private static async Task<PackageManifest> ReadManifestAsync(PackageEntries entries, long packageLength, CancellationToken cancellationToken)
    {
        if (await entries.NextAsync(cancellationToken) is not (ManifestName, <= MaximumManifest and var length))
        {
            throw new InvalidDataException("The package does not begin with its manifest.");
        }

        var json = new byte[length];
        for (var done = 0; done < length;)
        {
            done += await entries.ReadAsync(json.AsMemory(done), cancellationToken);
        }

        var manifest = SiteJson.TryRead(json, SiteJson.Default.PackageManifest, out var error)
            ?? throw new InvalidDataException("The manifest cannot be read: " + error);
        if (manifest.Files.Any(f => f is null))
        {
            throw new InvalidDataException("The manifest cannot be read: a file of it is null.");
        }

        if (manifest.Files.Count > MaximumFiles || manifest.Files.Any(f => f.Length is < 0 or > MaximumTotal)
            || manifest.TotalLength > MaximumTotal || manifest.TotalLength > Math.Max(packageLength, 4096) * MaximumRatio)
        {
            throw new InvalidDataException("The package is larger than a site package may be.");
        }

        if (manifest.Files.FirstOrDefault(f => !IsPlainPath(f.Path)) is { } hostile)
        {
            throw new InvalidDataException($"{hostile.Path} is not a name a site package may hold.");
        }

        if (manifest.Files.Select(f => f.Path.ToUpperInvariant()).Distinct().Count() != manifest.Files.Count)
        {
            throw new InvalidDataException("Two files of the package have the same name.");
        }

        return manifest;
    }

    private static async Task<string> CopyAsync(PackageEntries source, Stream target, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 16];
        for (int read; (read = await source.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            hash.AppendData(buffer, 0, read);
            await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static async Task AddAsync(TarWriter tar, string name, Stream content, CancellationToken cancellationToken)
    {
        var entry = new UstarTarEntry(TarEntryType.RegularFile, name)
        {
            DataStream = content,
            ModificationTime = DateTimeOffset.UnixEpoch,
            Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
        };
        await tar.WriteEntryAsync(entry, cancellationToken);
    }

    /// <summary>Relative, at most eight segments of letters, digits, "._-"; no ".", "..", trailing dot or device name on any system.</summary>
    internal static bool IsPlainPath(string path)
    {
        var segments = path.Split('/');
        return path.Length is > 0 and <= 200 && segments.Length <= 8 && segments.All(IsPlainName);

        static bool IsPlainName(string name)
        {
            var stem = name.Split('.')[0].ToUpperInvariant();
            var device = SiteCodes.IsReserved(stem) || (stem.Length == 4 && stem[..3] is "COM" or "LPT" && char.IsAsciiDigit(stem[3]));
            return name.Length > 0 && name.Trim('.').Length > 0 && !name.EndsWith('.') && !device
                && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
        }
    }
}
