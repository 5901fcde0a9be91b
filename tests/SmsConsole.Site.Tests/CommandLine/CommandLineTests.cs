using System.Diagnostics;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Tests.Formats;
using SmsConsole.SiteServer.Trust;
using SmsConsole.TestKit;

namespace SmsConsole.SiteServer.Tests.CommandLine;

/// <summary>The program <c>sms-site</c> as a person at the branch meets it.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cli-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("help")]
    [InlineData("run", "--help")]
    public async Task Help_IsSaidOnStandardOutput(params string[] arguments)
    {
        var (code, output, error) = await RunAsync(arguments);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("usage: sms-site", output);
        Assert.DoesNotContain(output.Split('\n'), l => l.Length > 110);
    }

    [Fact]
    public async Task Version_IsTheProgramsOwn() => Assert.Equal((0, SiteProgram.Version + "\n", ""), await RunAsync("--version"));

    [Fact]
    public async Task WrongUsage_IsTwoWithAnExplanation()
    {
        foreach (var arguments in (string[][])[[], ["nonsense"], ["run"], ["run", "--root"], ["run", "--root", "relative/path"], ["fly", "--root", "/tmp"], ["run", "--root", "/tmp", "--fast"], ["executive", "--root", "/tmp"], ["link", "--root", "/tmp", "--detach"], ["run", "--root", "/tmp", "--supervisor", "-1"], ["inspect"], ["inspect", "a", "b"], ["--version", "x"]])
        {
            var (code, output, error) = await RunAsync(arguments);
            Assert.True(code == 2, $"{string.Join(' ', arguments)}: {code}");
            Assert.Contains("usage: sms-site", arguments.Length == 0 ? output : error);
        }
    }

    [Fact]
    public async Task Inspect_GoodBadMissingAndHugeFiles_SaysWhatTheyAre()
    {
        var good = Path.Combine(_folder, "good.ct1");
        await File.WriteAllTextAsync(good, SiteControlSamples.Text(), TestContext.Current.CancellationToken);
        var (code, output, _) = await RunAsync("inspect", good);
        Assert.Equal(0, code);
        Assert.Contains("Round trip: same bytes", output);

        var bad = Path.Combine(_folder, "bad.ct1");
        await File.WriteAllBytesAsync(bad, [1, 2, 3], TestContext.Current.CancellationToken);
        Assert.Contains("error 710", (await RunAsync("inspect", bad)).Output);

        var (missing, _, error) = await RunAsync("inspect", Path.Combine(_folder, "missing"));
        Assert.Equal(1, missing);
        Assert.StartsWith("sms-site: ", error);
        Assert.DoesNotContain("   at ", error);
        Assert.Equal(1, (await RunAsync("inspect", _folder)).Code);
        await using (var huge = File.Create(Path.Combine(_folder, "huge")))
        {
            huge.SetLength(1L << 40);
        }

        Assert.Equal(1, (await RunAsync("inspect", Path.Combine(_folder, "huge"))).Code);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("stop")]
    [InlineData("bootstrap")]
    public async Task SiteVerbs_WhereNoSiteIs_FailWithOneLineAndChangeNothing(string verb)
    {
        var root = Path.Combine(_folder, "nothing");
        var (code, _, error) = await RunAsync(verb, "--root", root);
        Assert.Equal(1, code);
        Assert.DoesNotContain("   at ", error);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.False(Directory.Exists(root), "A folder was made.");
    }

    [Fact]
    public async Task Stop_RunningSite_EndsItAndItsSupervisorAndNobodyStartsThemAgain()
    {
        await using var parent = new FileParent();
        var root = parent.NewDirectory("S01");
        parent.AddAddress(new LinkAddress("S01", "local", root));
        var incarnation = Guid.NewGuid();
        var token = EnrolmentProof.NewToken();
        parent.PlaceBootstrap(parent.Order("S01", incarnation, token));
        await parent.UntilAsync(() => parent.TakeEnrolment("S01", token) is not null);
        parent.PlacePackage("S01", incarnation, await FileParent.SitePackageAsync(), EnvelopeTypes.SitePackage);
        parent.PlacePackage("S01", incarnation, FileParent.ControlFile("S01", root).ToBytes(), EnvelopeTypes.SiteControl);
        await parent.UntilAsync(() => parent.Reports("S01").Count > 0 && SiteKill.Find(root).Count == 2);

        Assert.Equal(0, (await RunAsync("stop", "--root", root)).Code);
        Assert.DoesNotContain(SiteKill.Find(root), p => p.Verb == "run");
        await parent.UntilAsync(() => SiteKill.Find(root).Count == 0);

        // Ten looks of the watchdog.
        for (var i = 0; i < 10; i++)
        {
            await parent.Collector.RunOnceAsync(CancellationToken.None);
        }

        Assert.Empty(SiteKill.Find(root));
        Assert.Equal(0, (await RunAsync("stop", "--root", root)).Code); // a second time is no error

        // A person starts it again.
        new SiteProcesses().StartDetached(ComponentSlots.Current(PhysicalDisk.Instance, new SmsRoot(root))!, "run", root);
        await parent.UntilAsync(() => SiteKill.Find(root).Count == 2);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(SiteProgram.DotnetHost) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "sms-site.dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
