using System.Formats.Tar;
using System.Text;
using System.Text.Json;
using SmsConsole.SiteServer.Content;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.SiteServer.Tests.Content;

[Collection(AloneCollection.Name)]
public sealed class SitePackageTests : IDisposable
{
    private static readonly PhysicalDisk _disk = PhysicalDisk.Instance;
    private readonly string _folder = Directory.CreateTempSubdirectory("package-").FullName;
    private int _extractions;

    public static TheoryData<string> HostileNames { get; } =
    [
        "..", "../x", "../../x", "a/../x", "a/../../x", "a/..", "./x", ".", "a/./x", "...", "....", "a/...", "/x", "/etc/passwd", "//x", "a//x", "a/", "/", "", " ", " x", "x ", "a b",
        "\\x", "..\\x", "a\\..\\x", "\\\\host\\share\\x", "C:\\x", "C:x", "c:/x", "x:y", "x::$DATA", "file:///x",
        "CON", "con", "Con.txt", "PRN", "AUX", "NUL", "nul.dll", "lib/NUL", "COM1", "COM0", "com9.txt", "LPT1", "lpt9", "lib/CON.a/x",
        "x.", "x..", "lib./x", "x\0", "x\0.dll", "\0", "x\n", "x\ry", "x\u001b[2J", "x\u007f", "x*", "x?", "x|y", "x<", "x>", "x\"", "x'y", "$x", "`x`", "~", "~/x", "x;y", "x&y", "%2e%2e/x", "..%2fx",
        "\u202ex", "e\u0301", "\u00e9", "\uff0e\uff0e/x", "\u2024\u2024/x", "\u2215x", "\ud83d\ude00", "a/b/c/d/e/f/g/h/i",
    ];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Build_SameFiles_SameBytesAndBackAgain()
    {
        var files = Sample();
        var one = await BuildAsync(files, "one");
        var other = await BuildAsync([.. files.Reverse()], "two");
        Assert.Equal(one, other);

        var (manifest, directory) = await ExtractAsync(one);
        Assert.Equal("1.2.3", manifest.Version);
        Assert.Equal("linux-x64", manifest.RuntimeId);
        Assert.Equal(files.Length, manifest.Files.Count);
        foreach (var name in files)
        {
            Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(_folder, "source", name), TestContext.Current.CancellationToken), await File.ReadAllBytesAsync(Path.Combine(directory, name), TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task Extract_EveryKindOfTruncation_IsInvalidData()
    {
        var package = await BuildAsync(Sample(), "one");
        for (var length = 0; length < package.Length - 1; length += length < 300 || length > package.Length - 300 ? 1 : 97)
        {
            await AssertRefusedOrWholeAsync(package[..length], package, $"first {length} of {package.Length} bytes", mayBeWhole: length > package.Length - 16);
        }
    }

    [Fact]
    public async Task Extract_FiveHundredFlips_AreInvalidData()
    {
        var package = await BuildAsync(Sample(), "one");
        var random = new Random(500);
        for (var i = 0; i < 500; i++)
        {
            byte[] changed = [.. package];
            var at = random.Next(package.Length);
            changed[at] ^= (byte)(1 << random.Next(8));
            await AssertRefusedOrWholeAsync(changed, package, $"flip {i} at {at}", mayBeWhole: true);
        }
    }

    [Theory]
    [MemberData(nameof(HostileNames))]
    public async Task Extract_NameThatIsNotPlain_IsInvalidDataAndTouchesNothing(string name)
    {
        Assert.False(SitePackage.IsPlainPath(name));
        var before = Directory.GetFileSystemEntries(_folder).Length;
        await AssertInvalidAsync(CraftedPackage.Build(tar =>
        {
            CraftedPackage.Add(tar, SitePackage.ManifestName, JsonSerializer.SerializeToUtf8Bytes(new PackageManifest("1", null, [CraftedPackage.File(name, [1])]), SiteJson.Default.PackageManifest));
            CraftedPackage.Add(tar, "any", [1]);
        }));
        Assert.Equal(before + 1, Directory.GetFileSystemEntries(_folder).Length); // the package itself
    }

    [Theory]
    [InlineData("sms-site.dll")]
    [InlineData("lib/System.Private.CoreLib.dll")]
    [InlineData("a/b/c/d/e/f/g/h")]
    [InlineData(".hidden")]
    [InlineData("COMMON.dll")]
    [InlineData("CONSOLE")]
    public void IsPlainPath_OrdinaryNames_AreTaken(string name) => Assert.True(SitePackage.IsPlainPath(name));

    [Theory]
    [InlineData(TarEntryType.SymbolicLink)]
    [InlineData(TarEntryType.HardLink)]
    [InlineData(TarEntryType.Directory)]
    [InlineData(TarEntryType.Fifo)]
    [InlineData(TarEntryType.CharacterDevice)]
    public async Task Extract_EntryThatIsNoPlainFile_IsInvalidData(TarEntryType type) =>
        await AssertInvalidAsync(CraftedPackage.Build(tar =>
        {
            CraftedPackage.Add(tar, SitePackage.ManifestName, Manifest(("x", "")));
            var entry = new UstarTarEntry(type, "x");
            if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
            {
                entry.LinkName = "/etc/passwd";
            }

            tar.WriteEntry(entry);
        }));

    [Fact]
    public async Task Extract_ManifestAndEntriesDisagree_IsInvalidData()
    {
        (string, byte[]) one = ("one", "1"u8.ToArray());
        (string, byte[]) two = ("two", "22"u8.ToArray());
        var honest = new PackageManifest("1", null, [CraftedPackage.File("one", one.Item2), CraftedPackage.File("two", two.Item2)]);
        foreach (var bad in (byte[][])
        [
            CraftedPackage.Build(honest, one),
            CraftedPackage.Build(honest, two, one),
            CraftedPackage.Build(honest, one, two, ("three", [3])),
            CraftedPackage.Build(honest, one, ("two", "23"u8.ToArray())),
            CraftedPackage.Build(honest, one, ("two", "2"u8.ToArray())),
            CraftedPackage.Build(honest, one, ("TWO", "22"u8.ToArray())),
            CraftedPackage.Build(honest with { Files = [honest.Files[0], honest.Files[0]] }, one, one),
            CraftedPackage.Build(honest with { Files = [honest.Files[0], honest.Files[0] with { Path = "ONE" }] }, one, ("ONE", one.Item2)),
            CraftedPackage.Build(honest with { Files = [honest.Files[0], null!] }, one),
            CraftedPackage.Build(honest with { Files = [honest.Files[0] with { Length = -1 }] }, one),
            CraftedPackage.Build(honest with { Files = [honest.Files[0] with { Length = long.MaxValue }, honest.Files[1] with { Length = long.MaxValue }] }, one),
            CraftedPackage.Build(honest with { Files = [.. Enumerable.Range(0, 5001).Select(i => new PackageFile($"f{i}", 0, new string('0', 64)))] }),
            CraftedPackage.Build(tar => CraftedPackage.Add(tar, "first", [1])),
            CraftedPackage.Build(tar => CraftedPackage.Add(tar, SitePackage.ManifestName, "null"u8.ToArray())),
            CraftedPackage.Build(tar => CraftedPackage.Add(tar, SitePackage.ManifestName, "{\"version\":null}"u8.ToArray())),
            CraftedPackage.Compress([]),
            CraftedPackage.Compress(new byte[512]),
            CraftedPackage.Compress(new byte[1024]),
            CraftedPackage.Compress(Encoding.ASCII.GetBytes(new string('x', 5000))),
            [],
            [0],
        ])
        {
            await AssertInvalidAsync(bad);
        }
    }

    [Fact]
    public async Task Extract_Bombs_AreRefusedInLittleMemory()
    {
        static byte[] Header(string name, char type, string size)
        {
            var header = new byte[512];
            Encoding.ASCII.GetBytes(name).CopyTo(header, 0);
            Encoding.ASCII.GetBytes(size).CopyTo(header, 124);
            header[156] = (byte)type;
            "ustar\0"u8.CopyTo(header.AsSpan(257));
            header.AsSpan(148, 8).Fill((byte)' ');
            Encoding.ASCII.GetBytes(Convert.ToString(header.Sum(b => b), 8).PadLeft(6, '0') + "\0 ").CopyTo(header, 148);
            return header;
        }

        var big = new byte[48 << 20];
        var gigabytes = new PackageFile("x", 1L << 30, new string('0', 64));
        foreach (var bomb in (byte[][])
        [
            CraftedPackage.Compress([.. Header("x", 'x', "17777777777"), .. big]),                            // extended header of 2 GB
            CraftedPackage.Compress([.. Header("././@LongLink", 'L', "17777777777"), .. big]),                // GNU long name of 2 GB
            CraftedPackage.Compress([.. Header(SitePackage.ManifestName, '0', "17777777777"), .. big]),       // manifest of 2 GB
            CraftedPackage.Compress([.. Header(SitePackage.ManifestName, '0', "77777777777\0"), .. big]),
            CraftedPackage.Compress([.. Header(SitePackage.ManifestName, '0', "-1")]),
            CraftedPackage.Compress([.. Header(SitePackage.ManifestName, '0', "9999")]),
            CraftedPackage.Build(new PackageManifest("1", null, [gigabytes]), ("x", [1])),                     // lies about its size
            CraftedPackage.Honest(("zeros", big)),                                                             // more than 200 times its size
            CraftedPackage.Compress(big),
            [.. CraftedPackage.Honest(("x", [1]))[..^1], .. CraftedPackage.Compress(big)],
        ])
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await AssertInvalidAsync(bomb);
            Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 6L << 20);
        }
    }

    [Fact]
    public async Task Extract_GoesOnAfterItsEnd_IsInvalidData()
    {
        var tar = new MemoryStream();
        await using (var writer = new TarWriter(tar, TarEntryFormat.Ustar, leaveOpen: true))
        {
            CraftedPackage.Add(writer, SitePackage.ManifestName, Manifest(("x", "")));
            CraftedPackage.Add(writer, "x", []);
        }

        Assert.Single((await ExtractAsync(CraftedPackage.Compress(tar.ToArray()))).Manifest.Files);
        Assert.Single((await ExtractAsync(CraftedPackage.Compress([.. tar.ToArray(), .. new byte[9000]]))).Manifest.Files);
        await AssertInvalidAsync(CraftedPackage.Compress([.. tar.ToArray(), .. new byte[100_000]]));
        await AssertInvalidAsync(CraftedPackage.Compress([.. tar.ToArray(), 1]));
    }

    private static byte[] Manifest(params (string Name, string Content)[] files) =>
        JsonSerializer.SerializeToUtf8Bytes(new PackageManifest("1", null, [.. files.Select(f => CraftedPackage.File(f.Name, Encoding.UTF8.GetBytes(f.Content)))]), SiteJson.Default.PackageManifest);

    private string[] Sample()
    {
        var source = Path.Combine(_folder, "source");
        Directory.CreateDirectory(Path.Combine(source, "lib", "deep"));
        var random = new Random(1);
        string[] names = ["b.dll", "a.bin", "lib/c.json", "lib/deep/empty", "lib/exact.512"];
        foreach (var (name, length) in names.Zip((int[])[20_000, 1, 3000, 0, 512]))
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            File.WriteAllBytes(Path.Combine(source, name), bytes);
        }

        return names;
    }

    private async Task<byte[]> BuildAsync(string[] names, string target)
    {
        var file = Path.Combine(_folder, target);
        await SitePackage.BuildAsync(_disk, Path.Combine(_folder, "source"), names, "1.2.3", "linux-x64", file, CancellationToken.None);
        Assert.False(File.Exists(file + ".part"));
        return await File.ReadAllBytesAsync(file);
    }

    private async Task<(PackageManifest Manifest, string Directory)> ExtractAsync(byte[] package)
    {
        var file = Path.Combine(_folder, "PK1");
        await File.WriteAllBytesAsync(file, package);
        var directory = Path.Combine(_folder, $"out{_extractions++}");
        return (await SitePackage.ExtractAsync(_disk, file, directory, CancellationToken.None), directory);
    }

    private async Task AssertInvalidAsync(byte[] package)
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => ExtractAsync(package));
        if (Directory.Exists(Path.Combine(_folder, $"out{_extractions - 1}")))
        {
            Directory.Delete(Path.Combine(_folder, $"out{_extractions - 1}"), recursive: true);
        }
    }

    /// <param name="mayBeWhole">A change in the compressor's last padding bits changes no content; then what comes out must be exactly what went in.</param>
    private async Task AssertRefusedOrWholeAsync(byte[] changed, byte[] package, string what, bool mayBeWhole)
    {
        try
        {
            var (_, directory) = await ExtractAsync(changed);
            Assert.True(mayBeWhole, what + " was taken");
            foreach (var file in Directory.EnumerateFiles(Path.Combine(_folder, "source"), "*", SearchOption.AllDirectories))
            {
                Assert.Equal(await File.ReadAllBytesAsync(file), await File.ReadAllBytesAsync(Path.Combine(directory, Path.GetRelativePath(Path.Combine(_folder, "source"), file))));
            }

            Assert.NotEqual(changed, package);
        }
        catch (InvalidDataException)
        {
            // As it should.
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"{what}: {e}");
        }
    }
}
