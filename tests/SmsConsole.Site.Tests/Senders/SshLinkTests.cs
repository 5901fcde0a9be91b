using System.Diagnostics;
using System.Globalization;

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
        Assert.Equal(expected, SshLink.RuntimeOf(listed));

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
