using SmsConsole.SiteServer.Formats;
using SmsConsole.SiteServer.Trust;
using SmsConsole.TestKit;

namespace SmsConsole.SiteServer.Tests.Install;

/// <summary>A whole installation with real processes, from the bootstrap job to the site's own report.</summary>
public class InstallTests
{
    [Fact]
    public async Task Install_LocalPath_ReportsActual()
    {
        await using var parent = new FileParent();
        var root = parent.NewDirectory("S01");
        parent.AddAddress(new LinkAddress("S01", "local", root));

        await InstallAsync(parent, root);

        Assert.Contains(SiteKill.Find(root), p => p.Verb == "run");
        Assert.Contains(SiteKill.Find(root), p => p.Verb == "run");
        Assert.True(File.Exists(Path.Combine(root, "SITE.SRV", "SITECFG.BOX", "SITECTRL.CT0")));
    }

    [Fact]
    public async Task Install_OverSsh_ReportsActual()
    {
        Assert.SkipUnless(TestSshd.Program is not null, "There is no sshd: apt-get install openssh-server");
        await using var sshd = await TestSshd.StartAsync();
        await using var parent = new FileParent();
        var root = parent.NewDirectory("S02 far");
        parent.AddAddress(new LinkAddress("S01", "ssh", root, "127.0.0.1", sshd.Port, TestSshd.User, sshd.PrivateKey, sshd.HostKey));

        await InstallAsync(parent, root);
    }

    private static async Task InstallAsync(FileParent parent, string root)
    {
        var incarnation = Guid.NewGuid();
        var token = EnrolmentProof.NewToken();
        parent.PlaceBootstrap(parent.Order("S01", incarnation, token));
        await parent.UntilAsync(() => parent.TakeEnrolment("S01", token) is not null);
        parent.PlacePackage("S01", incarnation, await FileParent.SitePackageAsync(), EnvelopeTypes.SitePackage);
        parent.PlacePackage("S01", incarnation, FileParent.ControlFile("S01", root).ToBytes(), EnvelopeTypes.SiteControl);
        await parent.UntilAsync(() => parent.Reports("S01").Count > 0);

        var report = SiteControlFile.Parse(await File.ReadAllBytesAsync(parent.Reports("S01")[0], TestContext.Current.CancellationToken)).Value;
        Assert.NotNull(report);
        Assert.Equal(SiteControlFileType.Actual, report.Image.Type);
        Assert.Equal("S01", report.Image.OriginatingSite);
        Assert.Contains(report.Image.Properties, p => p.Name == "Service State SMS_DESPOOLER" && p.Text1 == "Running");
    }
}
