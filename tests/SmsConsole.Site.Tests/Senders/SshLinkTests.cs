using System.Diagnostics;
using System.Globalization;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.SiteServer.Tests.Senders;

public sealed class SshLinkTests
{
    [Theory]
    [InlineData("10.0.2", "Microsoft.NETCore.App 10.0.2 [/d]", "Microsoft.NETCore.App 11.0.1 [/d]")]
    [InlineData("10.0.12", "Microsoft.NETCore.App 11.0.1 [/d]", "Microsoft.NETCore.App 10.0.12 [/d]", "Microsoft.NETCore.App 10.0.9 [/d]")]
    [InlineData("9.0.1", "Microsoft.NETCore.App 8.0.20 [/d]", "Microsoft.NETCore.App 9.0.1 [/d]")]
    [InlineData("11.0.0-preview.1", "Microsoft.NETCore.App 11.0.0-preview.1 [/d]")]
    [InlineData(null, "Microsoft.AspNetCore.App 10.0.2 [/d]", "Microsoft.NETCore.App nonsense", "")]
    [InlineData(null)]
    public void RuntimeOf_ListedRuntimes_PrefersTheOneOurProgramRunsOn(string? expected, params string[] listed) =>
        Assert.Equal(expected, SshProbe.RuntimeOf(listed));

    [Theory]
    [InlineData("", 4294967295)]
    [InlineData("abc", 1219131554)]
    [InlineData("The quick brown fox jumps over the lazy dog\n", 2382472371)]
    public async Task PosixChecksum_Text_IsWhatCksumPrints(string text, uint expected)
    {
        using var stream = new MemoryStream(System.Text.Encoding.ASCII.GetBytes(text));
        Assert.Equal(expected, await PosixChecksum.ComputeAsync(stream, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Upload_PartOfAnotherVersion_IsNotTakenForTheFile()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The far side is a POSIX system.");
        var folder = Directory.CreateTempSubdirectory("ssh-");
        try
        {
            var file = Path.Combine(folder.FullName, "bin", "a.dll");
            using var content = new MemoryStream("0123456789"u8.ToArray());
            var sum = (await PosixChecksum.ComputeAsync(content, TestContext.Current.CancellationToken)).ToString(CultureInfo.InvariantCulture);
            Assert.Equal((0, "-0"), await RunAsync(SshScripts.Length, $"{file}\n"));
            Assert.Equal(1, (await RunAsync(SshScripts.Upload, $"{file}\n0\n10\n{sum}\n01234")).ExitCode);
            Assert.Equal((0, "-5"), await RunAsync(SshScripts.Length, $"{file}\n"));
            Assert.Equal(0, (await RunAsync(SshScripts.Upload, $"{file}\n5\n10\n{sum}\n56789")).ExitCode);
            Assert.Equal((0, $"{sum} 10"), await RunAsync(SshScripts.Length, $"{file}\n"));

            await File.WriteAllTextAsync(file + ".PRT", "other", TestContext.Current.CancellationToken);
            File.Delete(file);
            Assert.Equal(1, (await RunAsync(SshScripts.Upload, $"{file}\n5\n10\n{sum}\n56789")).ExitCode);
            Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(file)!));
            Assert.Equal(0, (await RunAsync(SshScripts.Upload, $"{file}\n0\n10\n{sum}\n0123456789")).ExitCode);
            Assert.Equal("0123456789", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("site", null, null)]
    [InlineData("site/SITE.SRV/", "Same SITE.SRV", "site")]
    [InlineData("site/BOOTSTRP.CFG", "Same BOOTSTRP.CFG", "site")]
    [InlineData("SiteControl.db", "Inside SiteControl.db", "")]
    [InlineData("SITE.SRV/", "Inside SITE.SRV", "")]
    [InlineData("site/p01/SITE.SRV/", "Above SITE.SRV", "site/p01")]
    [InlineData("site/a b/c/BOOTSTRP.CFG", "Above BOOTSTRP.CFG", "site/a b/c")]
    [InlineData("other/SITE.SRV/", null, null)]
    public async Task Probe_AnotherSitesFilesAreThere_SaysWhichAndWhere(string present, string? says, string? where)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The far side is a POSIX system.");
        var folder = Directory.CreateTempSubdirectory("ssh-probe ").FullName;
        try
        {
            var path = Path.Combine(folder, "real", present);
            Directory.CreateDirectory(present.EndsWith('/') ? path : Path.GetDirectoryName(path)!);
            if (!present.EndsWith('/') && present != "site")
            {
                await File.WriteAllTextAsync(path, "", TestContext.Current.CancellationToken);
            }

            // Through a link, whose own name tells nothing.
            Directory.CreateSymbolicLink(Path.Combine(folder, "link"), Path.Combine(folder, "real"));
            var root = Path.Combine(folder, "link", "site");
            var probe = SshProbe.Read((await RunAsync(SshScripts.Probe, root + "\n")).Output);
            var local = await new PathLink(PhysicalDisk.Instance, new SiteProcesses(), root, TimeProvider.System).ProbeAsync(TestContext.Current.CancellationToken);

            Assert.NotNull(probe);
            Assert.Equal(says, probe.Occupant is { } found ? $"{found.Relation} {found.Mark}" : null);
            Assert.Equal(where is null ? null : Path.TrimEndingDirectorySeparator(Path.Combine(folder, "real", where)), probe.Occupant?.Directory);
            Assert.Equal(probe.Occupant, local.Occupant);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Probe_NotThereYetInsideAnotherSite_SaysSo()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The far side is a POSIX system.");
        var folder = Directory.CreateTempSubdirectory("ssh-probe-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "SITE.SRV"));
            var probe = SshProbe.Read((await RunAsync(SshScripts.Probe, Path.Combine(folder, "a", "b") + "\n")).Output);

            Assert.Equal((DirectoryState.Absent, new DirectoryOccupant(OccupantRelation.Inside, "SITE.SRV", folder)), (probe!.DirectoryState, probe.Occupant));
            var refused = Assert.Throws<LinkException>(() => DirectoryOccupant.RefuseInside(probe.Occupant));
            Assert.Equal((LinkStage.Directory, false), (refused.Stage, refused.Retryable));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Marks_OfAnotherSite_AreTheOnesTheScriptLooksFor() =>
        Assert.All(DirectoryOccupant.Marks, mark => Assert.Equal(2, SshScripts.Probe.Split(mark).Length - 1));

    [Theory]
    [InlineData(10, 10, true)]
    [InlineData(11, 10, false)]
    [InlineData(5_000_000, 64 << 10, false)]
    public async Task ReadAsync_Output_IsReadToItsLimit(int printed, int limit, bool isAnswer)
    {
        using var output = new MemoryStream(new byte[printed]);
        var answer = await ProgramOutput.ReadAsync(output, limit, TestContext.Current.CancellationToken);

        Assert.Equal(isAnswer, answer is not null);
        Assert.InRange(output.Position, 0, Math.Max(limit, 0) + 8192);
    }

    [Fact]
    public async Task ReadEndAsync_LongErrors_KeepsTheEnd()
    {
        using var errors = new StreamReader(new MemoryStream(System.Text.Encoding.ASCII.GetBytes(new string('x', 100_000) + "\nthe reason")));

        Assert.Equal("x\nthe reason", await ProgramOutput.ReadEndAsync(errors, 12, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Scripts_All_HaveNoSingleQuote() =>
        Assert.All((string[])[SshScripts.Probe, SshScripts.Prepare, SshScripts.Length, SshScripts.Upload, SshScripts.Link], s => Assert.DoesNotContain('\'', s));

    private static async Task<(int ExitCode, string Output)> RunAsync(string script, string input)
    {
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(script);
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await errors;
        await process.WaitForExitAsync();
        return (process.ExitCode, output.Trim());
    }
}
