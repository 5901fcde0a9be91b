using SmsConsole.SiteServer.Formats;
using SmsConsole.SiteServer.Trust;
using SmsConsole.TestKit;

namespace SmsConsole.SiteServer.Tests.Faults;

/// <summary>kill -9 of real processes, and a real connection cut. The parent's watchdog is the only help there is.</summary>
public sealed class KillTests
{
    private const int Sites = 4;
    private const int KillsWhileInstalling = 7;
    private const int KillsAfterwards = 5;

    [Fact]
    public async Task Install_ProcessesKilledAtRandomMoments_CompletesAndTheTreeComesBack()
    {
        var seed = Environment.TickCount;
        TestContext.Current.SendDiagnosticMessage("KillTests: seed {0}", seed);
        var random = new Random(seed);
        var package = await FileParent.SitePackageAsync();
        var kills = 0;
        for (var site = 0; site < Sites; site++)
        {
            await using var parent = new FileParent();
            var root = parent.NewDirectory("S01");
            parent.AddAddress(new LinkAddress("S01", "local", root));
            var killed = 0;
            using var enough = new CancellationTokenSource();
            var killer = Task.Run(async () =>
            {
                while (killed < KillsWhileInstalling && !enough.IsCancellationRequested)
                {
                    await Task.Delay(random.Next(5, 350), enough.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    killed += SiteKill.One(root, random);
                }
            }, TestContext.Current.CancellationToken);

            await InstallAsync(parent, root, package);
            await enough.CancelAsync();
            await killer;
            await TreeIsBackAsync(parent, root, [], seed);
            for (var i = 0; i < KillsAfterwards; i++)
            {
                var before = SiteKill.Find(root);
                killed += (i % 3) switch
                {
                    0 => SiteKill.Verb(root, "run"),
                    1 => SiteKill.Verb(root, "supervise"),
                    _ => SiteKill.Verb(root, "supervise") + SiteKill.Verb(root, "run"),
                };
                await TreeIsBackAsync(parent, root, before, seed);
            }

            kills += killed;
            Assert.True(parent.Failed.Count == 0, $"seed {seed}: {parent.Failed.FirstOrDefault()?.Reason}");
            var sequences = parent.Reports("S01").Select(r => Path.ChangeExtension(r, ".ENV")).Select(e => SiteJson.TryRead(File.ReadAllBytes(e), SiteJson.Default.Envelope, out _)!.Sequence).ToList();
            Assert.Equal(sequences.Count, sequences.Distinct().Count());
            Assert.DoesNotContain(Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories), f => f.Contains("/BAD/", StringComparison.Ordinal));
        }

        TestContext.Current.SendDiagnosticMessage("KillTests: {0} kills", kills);
        Assert.True(kills >= 40, $"seed {seed}: only {kills} kills.");
    }

    [Fact]
    public async Task Send_ConnectionCutTwice_GoesOnWhereItWas()
    {
        const int Ballast = 20 << 20;
        Assert.SkipUnless(TestSshd.Program is not null, "There is no sshd: apt-get install openssh-server");
        await using var sshd = await TestSshd.StartAsync();
        await using var proxy = new TcpProxy(sshd.Port, 6 << 20, 15 << 20);
        proxy.WhenCut = async () =>
        {
            if (proxy.Cuts == 2)
            {
                // The far side goes with its connections, as when the host is switched off.
                await sshd.StopAsync();
                await sshd.RestartAsync();
            }
        };
        await using var parent = new FileParent();
        var root = parent.NewDirectory("S01");
        parent.AddAddress(new LinkAddress("S01", "ssh", root, "127.0.0.1", proxy.Port, TestSshd.User, sshd.PrivateKey, sshd.HostKey));
        var package = await FileParent.SitePackageAsync(Ballast);

        await InstallAsync(parent, root, package);

        Assert.Equal(2, proxy.Cuts);
        var again = proxy.Sent - package.Length;
        TestContext.Current.SendDiagnosticMessage("KillTests: {0} bytes for a package of {1}, {2} more", proxy.Sent, package.Length, again);
        Assert.True(again <= 8 << 20, $"{again} bytes beyond the package were sent.");
    }

    private static async Task InstallAsync(FileParent parent, string root, byte[] package)
    {
        var incarnation = Guid.NewGuid();
        var token = EnrolmentProof.NewToken();
        parent.PlaceBootstrap(parent.Order("S01", incarnation, token));
        await parent.UntilAsync(() => parent.TakeEnrolment("S01", token) is not null);
        parent.PlacePackage("S01", incarnation, package, EnvelopeTypes.SitePackage);
        parent.PlacePackage("S01", incarnation, FileParent.ControlFile("S01", root).ToBytes(), EnvelopeTypes.SiteControl);
        await parent.UntilAsync(() => parent.Reports("S01").Count > 0);
        Assert.Equal(SiteControlFileType.Actual, SiteControlFile.Parse(await File.ReadAllBytesAsync(parent.Reports("S01")[0])).Value!.Image.Type);
    }

    /// <summary>One site server under one supervisor, none of those that were killed, and it says that its services run.</summary>
    private static async Task TreeIsBackAsync(FileParent parent, string root, IReadOnlyList<(int Id, string Verb)> before, int seed)
    {
        try
        {
            await parent.UntilAsync(
                () =>
                {
                    var now = SiteKill.Find(root);
                    return now.Count == 2 && now.Count(p => p.Verb == "run") == 1 && now.Count(p => p.Verb == "supervise") == 1
                        && (before.Count == 0 || now.Except(before).Any()) && File.Exists(Path.Combine(root, "SITE.SRV", "SERVICES"));
                },
                TimeSpan.FromMinutes(2));
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"seed {seed}: {string.Join(", ", SiteKill.Find(root))}", e);
        }
    }
}
