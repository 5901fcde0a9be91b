using System.Text;
using Microsoft.EntityFrameworkCore;
using SmsConsole.SiteServer.Formats;
using SmsConsole.SiteServer.Trust;

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
    public async Task RunOnce_ConfirmationWithWrongProof_IsSetAside()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.CreateSiteAsync();
        await primary.RunAsync();
        var job = await primary.SendAsync("S01", Data.Queries.JobType.Bootstrap);
        site.Confirm(job.Order!, token: EnrolmentProof.NewToken());
        await primary.RunAsync();

        Assert.Contains("S01.ENR", primary.BadFiles(primary.Root.SiteConfigBox));
        Assert.Null((await primary.SiteAsync()).PublicKey);
        Assert.Equal(SiteTransitions.BootstrapSending, await primary.StateAsync());
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
