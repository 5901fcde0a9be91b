using SmsConsole.SiteServer.Content;
using SmsConsole.SiteServer.Formats;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;
using SmsConsole.TestKit;

namespace SmsConsole.SiteServer.Tests.Faults;

/// <summary>
/// Every durable operation of an installation, of the parent's side and of the site's, fails once in each way there is. Whatever it was, the installation
/// ends in the same place by itself.
/// </summary>
public sealed class CrashPointTests
{
    [Theory]
    [InlineData(true, DiskFault.Before)]
    [InlineData(true, DiskFault.After)]
    [InlineData(true, DiskFault.Torn)]
    [InlineData(false, DiskFault.Before)]
    [InlineData(false, DiskFault.After)]
    [InlineData(false, DiskFault.Torn)]
    [InlineData(true, DiskFault.FullOnce)]
    [InlineData(true, DiskFault.Full)]
    [InlineData(false, DiskFault.FullOnce)]
    [InlineData(false, DiskFault.Full)]
    public async Task Install_FaultAtEveryDurableOperation_EndsInTheSamePlace(bool atParent, DiskFault fault)
    {
        var package = await InProcessInstall.SmallPackageAsync();
        var wrong = new List<string>();
        var points = 0;
        for (var n = 0; ; n++)
        {
            CrashingDisk Make(string[] roots) => new(n, fault, roots);
            await using var install = InProcessInstall.Start(package, atParent ? Make : null, atParent ? null : Make);
            var disk = atParent ? install.ParentDisk : install.SiteDisk;
            var done = await install.RunAsync(() => install.IsAtRest, eachRound: round => Free(disk, round));
            if (!disk.HasFailed)
            {
                break;
            }

            points++;
            var problem = done
                ? Judge(install, package)
                : $"not at rest after {install.Rounds} rounds; failed {string.Join(';', install.Failed)}; left {string.Join(';', install.Leftovers())}\n{(wrong.Count < 3 ? install.Logs() + install.Tree() : "")}";
            if (problem is not null)
            {
                wrong.Add(disk.FailedAt + ": " + problem);
            }

            if (disk.Outside.Count > 0)
            {
                wrong.Add($"{disk.FailedAt}: touched {disk.Outside[0]}");
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{points} points, {wrong.Count} wrong");
        Assert.True(points > 60, $"Only {points} operations: something does not go through the disk.");
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {points} points:\n" + string.Join('\n', wrong.Take(20)));
    }

    [Theory]
    [InlineData(DiskFault.Before)]
    [InlineData(DiskFault.Torn)]
    [InlineData(DiskFault.Full)]
    public async Task Install_FaultAtEveryOperationAroundABadPackage_ReportsTheReasonAndInstallsTheNext(DiskFault fault)
    {
        var package = await InProcessInstall.SmallPackageAsync();
        byte[] bad = [.. package];
        bad[package.Length / 2] ^= 0x10;
        var wrong = new List<string>();
        var points = 0;
        for (var n = 0; ; n++)
        {
            await using var install = InProcessInstall.Start(bad, makeSiteDisk: roots => new CrashingDisk(n, fault, roots));
            var disk = install.SiteDisk;
            bool Told() => install.Messages.Any(m => m.MessageId == SiteEvents.Package1NotDecompressed);
            var told = await install.RunAsync(Told, eachRound: round => Free(disk, round));
            install.Package = package;
            install.Retry();
            var done = told && await install.RunAsync(() => install.IsAtRest, eachRound: round => Free(disk, round));
            if (!disk.HasFailed)
            {
                break;
            }

            points++;
            var problem = !told ? "the parent was not told why" : !done ? "not at rest: " + string.Join(';', install.Leftovers())
                : install.Messages.Count(m => m.MessageId == SiteEvents.Package1NotDecompressed) > 2 ? "told more than twice"
                : Judge(install, package, wishes: 2);
            if (problem is not null)
            {
                wrong.Add($"{disk.FailedAt}: {problem}\n{(wrong.Count < 2 ? install.Logs() + install.Tree() : "")}");
            }
        }

        Assert.True(points > 70, $"Only {points} operations.");
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {points} points:\n" + string.Join('\n', wrong.Take(20)));
    }

    [Fact]
    public async Task Install_TwoCrashesAtRandomPoints_EndsInTheSamePlace()
    {
        var package = await InProcessInstall.SmallPackageAsync();
        const int Seed = 20261121;
        var random = new Random(Seed);
        for (var i = 0; i < 150; i++)
        {
            var (atParent, atSite) = (random.Next(71), random.Next(71));
            var faults = new[] { DiskFault.Before, DiskFault.After, DiskFault.Torn };
            var (one, other) = (faults[random.Next(3)], faults[random.Next(3)]);
            await using var install = InProcessInstall.Start(package, roots => new CrashingDisk(atParent, one, roots), roots => new CrashingDisk(atSite, other, roots));
            var done = await install.RunAsync(() => install.IsAtRest);
            var problem = done ? Judge(install, package) : "not at rest: " + string.Join(';', install.Leftovers());
            Assert.True(problem is null, $"seed {Seed}, run {i}, {atParent} {one} at the parent, {atSite} {other} at the site: {problem}\n{install.Logs()}");
        }
    }

    [Fact]
    public async Task Install_TooLittleSpace_IsToldOnceAndGoesOnWhenThereIsSpace()
    {
        var package = await InProcessInstall.SmallPackageAsync();
        await using var install = InProcessInstall.Start(package, makeSiteDisk: roots => new CrashingDisk(-1, DiskFault.Before, roots) { FakeFreeSpace = 10 << 20 });
        await install.RunAsync(() => false, atMost: 30);

        var told = Assert.Single(install.Messages, m => m.MessageId == SiteEvents.NotEnoughDiskSpace);
        Assert.Contains("64 MB are needed", told.Text);
        Assert.Null(ComponentSlots.Current(PhysicalDisk.Instance, install.SiteRoot));

        // Sending again without space tells it again: the administrator asked.
        install.Retry();
        Assert.True(await install.RunAsync(() => install.Messages.Count(m => m.MessageId == SiteEvents.NotEnoughDiskSpace) == 2));

        install.SiteDisk.FakeFreeSpace = null;
        install.Retry();
        Assert.True(await install.RunAsync(() => install.IsAtRest), install.Logs());
        Assert.Null(Judge(install, package, wishes: 3));
    }

    [Fact]
    public async Task Install_PackagesSentAgainAfterwards_ChangeNothing()
    {
        var package = await InProcessInstall.SmallPackageAsync();
        await using var install = InProcessInstall.Start(package);
        Assert.True(await install.RunAsync(() => install.IsAtRest));
        var reports = install.Reports.Count;
        foreach (var (name, bytes) in install.Received)
        {
            await File.WriteAllBytesAsync(Path.Combine(install.SiteRoot.Receive, name), bytes, TestContext.Current.CancellationToken);
        }

        Assert.True(install.Received.Count >= 4, "Nothing to send again.");
        Assert.True(await install.RunAsync(() => install.Leftovers().Count == 0));

        Assert.Equal(reports, install.Reports.Count);
        Assert.Empty(install.SetAside());
    }

    private static void Free(CrashingDisk disk, int round)
    {
        if (round == 12)
        {
            disk.FreeUp();
        }
    }

    /// <param name="wishes">Site control files that were sent. Each is answered once, and once more where a crash hid that it had been.</param>
    private static string? Judge(InProcessInstall install, byte[] package, int wishes = 1)
    {
        if (install.Failed.Count > 0)
        {
            return "a request failed for good: " + install.Failed[0];
        }

        if (wishes == 1 && install.SetAside() is [var bad, ..])
        {
            return "set aside: " + bad + ": " + File.ReadAllText(bad);
        }

        if (install.Reports.Count > wishes + 1)
        {
            return $"{install.Reports.Count} reports";
        }

        if (install.Messages.Count(m => m.MessageId == SiteEvents.SiteConfigured) > wishes + 1)
        {
            return $"{install.Messages.Count} status messages";
        }

        var report = SiteControlFile.Parse(File.ReadAllBytes(install.Reports[^1])).Value;
        if (report?.Image is not { Type: SiteControlFileType.Actual, OriginatingSite: "S01" })
        {
            return "the report is not a report";
        }

        return JudgeSlot(install, package);
    }

    /// <summary>The live slot is the package, file for file.</summary>
    private static string? JudgeSlot(InProcessInstall install, byte[] package)
    {
        var slot = ComponentSlots.Current(PhysicalDisk.Instance, install.SiteRoot);
        if (slot is null)
        {
            return "no slot is live";
        }

        var file = Path.Combine(install.SiteRoot.Path, "..", "expected.pk1");
        File.WriteAllBytes(file, package);
        var manifest = SitePackage.ReadManifestAsync(PhysicalDisk.Instance, file, CancellationToken.None).GetAwaiter().GetResult();
        File.Delete(file);
        var there = Directory.EnumerateFiles(slot, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(slot, f)).Order(StringComparer.Ordinal).ToList();
        if (!there.SequenceEqual(manifest.Files.Select(f => f.Path).Order(StringComparer.Ordinal)))
        {
            return "the live slot holds " + string.Join(", ", there);
        }

        var changed = manifest.Files.FirstOrDefault(f => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(Path.Combine(slot, f.Path)))) != f.Sha256);
        return changed is null ? null : changed.Path + " is not whole";
    }
}
