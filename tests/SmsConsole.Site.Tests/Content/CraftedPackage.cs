using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using SmsConsole.SiteServer.Content;

namespace SmsConsole.SiteServer.Tests.Content;

/// <summary>Site packages that nobody's build makes: any manifest, any entries.</summary>
internal static class CraftedPackage
{
    public static PackageFile File(string path, byte[] content) =>
        new(path, content.Length, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content)));

    /// <summary>A package whose manifest names the entries exactly as they are.</summary>
    public static byte[] Honest(params (string Name, byte[] Content)[] files) =>
        Build(new PackageManifest("1.0.0", null, [.. files.Select(f => File(f.Name, f.Content))]), files);

    public static byte[] Build(PackageManifest manifest, params (string Name, byte[] Content)[] entries) => Build(tar =>
    {
        Add(tar, SitePackage.ManifestName, JsonSerializer.SerializeToUtf8Bytes(manifest, SiteJson.Default.PackageManifest));
        foreach (var (name, content) in entries)
        {
            Add(tar, name, content);
        }
    });

    public static byte[] Build(Action<TarWriter> write)
    {
        using var tarred = new MemoryStream();
        using (var tar = new TarWriter(tarred, TarEntryFormat.Pax, leaveOpen: true))
        {
            write(tar);
        }

        return Compress(tarred.ToArray());
    }

    public static byte[] Compress(byte[] bytes)
    {
        using var output = new MemoryStream();
        using (var brotli = new BrotliStream(output, CompressionLevel.Fastest, leaveOpen: true))
        {
            brotli.Write(bytes);
        }

        return output.ToArray();
    }

    public static void Add(TarWriter tar, string name, byte[] content) =>
        tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
}
