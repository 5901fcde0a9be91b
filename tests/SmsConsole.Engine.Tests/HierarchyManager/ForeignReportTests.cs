using System.Text;
using Microsoft.EntityFrameworkCore;
using SmsConsole.SiteServer.Formats;
using SmsConsole.SiteServer.Trust;
using SmsConsole.TestKit;

namespace SmsConsole.Engine.Tests;

/// <summary>What other sites send is material to judge.</summary>
public class ForeignReportTests
{
    [Fact]
    public async Task RunOnce_WrongIncarnation_IsSetAside()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.InstallToPhase4Async();
        site.Incarnation = Guid.NewGuid();
        site.Report();
        await primary.RunAsync();

        await AssertSetAsideAsync(primary, "S0100001.CT2", "incarnation");
    }

    [Fact]
    public async Task RunOnce_SpeaksOfAnotherSite_IsSetAsideWith714()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.InstallToPhase4Async();
        using var other = await primary.CreateSiteAsync("S02");
        site.Report(speaksOf: "S02");
        await primary.RunAsync();

        await AssertSetAsideAsync(primary, "S0100001.714", "speaks only for itself");
    }

    [Fact]
    public async Task RunOnce_NotASiteControlFile_IsSetAsideWithItsErrorNumber()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.InstallToPhase4Async();
        site.Report(Encoding.ASCII.GetBytes("not a site control file"));
        await primary.RunAsync();

        await AssertSetAsideAsync(primary, "S0100001.710", "");
        Assert.Equal(336, await primary.ReadAsync(db => db.StatusMessages.OrderByDescending(m => m.Id).Select(m => m.MessageId).FirstAsync()));
    }

    [Fact]
    public async Task RunOnce_ProposedAsReport_IsSetAsideWith713()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.InstallToPhase4Async();
        site.Report(site.ReportFile("S01", SiteControlFileType.Proposed));
        await primary.RunAsync();

        await AssertSetAsideAsync(primary, "S0100001.713", "ACTUAL");
    }

    [Fact]
    public async Task RunOnce_WithoutEnvelope_IsSetAside()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.InstallToPhase4Async();
        primary.Disk.Write(Path.Combine(primary.Root.SiteConfigBox, "X.CT2"), site.ReportFile("S01"));
        await primary.RunAsync();

        await AssertSetAsideAsync(primary, "X.CT2", "verified");
    }

    [Fact]
    public async Task RunOnce_ReportBeforeThePackageWasSent_IsSetAside()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.CreateSiteAsync();
        site.Incarnation = (await primary.SiteAsync()).Incarnation;
        site.Report();
        await primary.RunAsync();

        Assert.Contains("S0100001.CT2", primary.BadFiles(primary.Root.SiteConfigBox));
        Assert.Equal(SiteTransitions.BootstrapSending, await primary.StateAsync());
    }

    [Fact]
    public async Task RunOnce_ConfirmationWithWrongProof_IsSetAsideAndARetryMends()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.CreateSiteAsync();
        await primary.RunAsync();
        site.Confirm(Assert.Single(primary.Placed()).Order!, token: EnrolmentProof.NewToken());
        await primary.RunAsync();
        Assert.Equal(SiteTransitions.BootstrapSending, await primary.StateAsync()); // its job is not complete: another may come
        await primary.SendAsync("S01", Data.Queries.JobType.Bootstrap);
        await primary.RunAsync();

        Assert.Contains("S01.ENR", primary.BadFiles(primary.Root.SiteConfigBox));
        Assert.Null((await primary.SiteAsync()).PublicKey);
        await AssertConfirmationMissingAsync(primary, "proof is wrong");

        await AssertRetryMendsAsync(primary, site);
    }

    [Fact]
    public async Task RunOnce_ConfirmationLost_SiteSaysSoAndARetryMends()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.CreateSiteAsync();
        await primary.RunAsync();
        await primary.SendAsync("S01", Data.Queries.JobType.Bootstrap, site);
        primary.Disk.Delete(Path.Combine(primary.Root.SiteConfigBox, "S01.ENR"));
        await primary.RunAsync();

        await AssertConfirmationMissingAsync(primary, "lost");
        await AssertRetryMendsAsync(primary, site);
    }

    [Fact]
    public async Task RunOnce_ConfirmationNotYetTakenWhenItsJobIsComplete_IsWaitedFor()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.CreateSiteAsync();
        await primary.RunAsync();
        await primary.SendAsync("S01", Data.Queries.JobType.Bootstrap, site);

        // As one is that arrives after a round's look at the confirmations and before its look at the jobs.
        await using (new FileStream(Path.Combine(primary.Root.SiteConfigBox, "S01.ENR"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            await primary.RunAsync();
        }

        Assert.Equal(SiteTransitions.BootstrapSending, await primary.StateAsync());
        await primary.RunAsync();
        Assert.Equal(SiteTransitions.PackageSending, await primary.StateAsync());
    }

    [Fact]
    public async Task RunOnce_ManyBadFiles_TheGoodOneStillCounts()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.InstallToPhase4Async();
        for (var i = 0; i < 20; i++)
        {
            primary.Disk.Write(Path.Combine(primary.Root.SiteConfigBox, $"A{i}.CT2"), new byte[i * 7]);
        }

        site.Report();
        await primary.RunAsync();

        Assert.Equal(SiteTransitions.Active, await primary.StateAsync());
        Assert.Empty(primary.Disk.ListFiles(primary.Root.SiteConfigBox, "*.CT2"));
    }

    private static async Task AssertConfirmationMissingAsync(TestPrimary primary, string why)
    {
        var failed = await primary.SiteAsync();
        Assert.Equal(SiteTransitions.BootstrapFailed, SiteState.Of(failed));
        Assert.Equal(SmsEvents.ConfirmationMissing, failed.FailureEventId);
        Assert.Contains(why, failed.FailureReason);
    }

    private static async Task AssertRetryMendsAsync(TestPrimary primary, FakeSite site)
    {
        Assert.True((await primary.Get<ISiteCommands>().RetryAsync(TestPrimary.Administrator, "S01", TestPrimary.Cancel)).Succeeded);
        await primary.RunAsync();
        Assert.Equal(SiteTransitions.BootstrapSending, await primary.StateAsync());
        await primary.SendAsync("S01", Data.Queries.JobType.Bootstrap, site);
        await primary.RunAsync();
        Assert.Equal(SiteTransitions.PackageSending, await primary.StateAsync());
        Assert.Equal(site.PublicKey, (await primary.SiteAsync()).PublicKey);
        Assert.Null((await primary.SiteAsync()).FailureReason);
    }

    private static async Task AssertSetAsideAsync(TestPrimary primary, string name, string why)
    {
        var bad = primary.BadFiles(primary.Root.SiteConfigBox);
        Assert.Contains(name, bad);
        Assert.Contains(name + ".why", bad);
        Assert.Contains(why, await File.ReadAllTextAsync(Path.Combine(primary.Root.SiteConfigBox, "BAD", name + ".why"), TestPrimary.Cancel));
        Assert.Empty(primary.Disk.ListFiles(primary.Root.SiteConfigBox, "*.CT2"));
        Assert.Equal(SiteTransitions.ReportAwaited, await primary.StateAsync());
        Assert.Empty(await primary.ReadAsync(db => db.InboxReceipts.Where(r => r.Source == "S01").ToListAsync()));
    }
}
