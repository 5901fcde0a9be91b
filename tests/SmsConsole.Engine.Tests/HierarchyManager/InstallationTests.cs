using Microsoft.EntityFrameworkCore;
using SmsConsole.Data;
using SmsConsole.Data.Queries;
using SmsConsole.SiteServer.Formats;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.Engine.Tests;

public class InstallationTests
{
    [Fact]
    public async Task RunOnce_WholeInstallation_GoesThroughFourPhasesToActive()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.InstallToPhase4Async();
        Assert.NotNull((await primary.SiteAsync()).WaitUntil);

        site.Report();
        await primary.RunAsync();

        var row = await primary.SiteAsync();
        Assert.Equal(SiteTransitions.Active, SiteState.Of(row));
        Assert.Equal("1.0.7", row.Version);
        Assert.Null(row.WaitText);
        Assert.Equal(site.PublicKey, row.PublicKey);
        Assert.Contains("SMS_SCHEDULER", row.ServicesJson);
        Assert.Equal(["Bootstrap Job for S01", "Site Install Job for S01", "Site Control Job for S01"], (await primary.JobsAsync()).Select(j => j.Comment));
        Assert.All(await primary.JobsAsync(), j => Assert.Equal((JobStatus.Complete, WorkingStatus.Complete), (j.Status, j.WorkingStatus)));
        var codes = await primary.ReadAsync(db => db.SiteHistory.Where(h => h.SiteCode == "S01").OrderBy(h => h.Id).Select(h => h.ToDetailed).ToListAsync());
        Assert.Equal([100, 11, 12, 21, 22, 31, 32, 0], codes.Select(c => (int)c));
        var events = await primary.ReadAsync(db => db.StatusMessages.OrderBy(m => m.Id).Select(m => m.MessageId).ToListAsync());
        Assert.Equal([350, 349, 348, 358], events);
        Assert.Empty(primary.Disk.ListFiles(primary.Root.SiteConfigBox, "*.CT2"));
        Assert.Empty(primary.Disk.ListFiles(primary.Root.SiteConfigBox, "*.ENR"));
        Assert.DoesNotContain(await primary.ReadAsync(db => db.Operations.ToListAsync()), o => o.CompletedAt is null);
        Assert.Single(await primary.ReadAsync(db => db.SiteControl.Where(i => i.SiteCode == "S01" && i.Kind == ControlImageKind.Actual && i.IsCurrent).ToListAsync()));
    }

    [Fact]
    public async Task RunOnce_Jobs_CarryWhatTheFarSideNeeds()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.CreateSiteAsync();
        await primary.RunAsync();
        var bootstrap = await primary.SendAsync("S01", JobType.Bootstrap, site, runtimeId: "linux-x64");
        await primary.RunAsync();
        var package = await primary.SendAsync("S01", JobType.SiteInstall);
        await primary.RunAsync();
        var control = Assert.Single(primary.Placed());

        Assert.Equal("path", bootstrap.Order!.ReturnAddress.Kind);
        Assert.Equal(Convert.ToBase64String(primary.Get<PrimarySite>().Key.PublicKey), bootstrap.Order.ParentPublicKey);
        Assert.Equal(EnvelopeTypes.SitePackage, package.EnvelopeType);
        Assert.Equal(["linux-x64"], primary.Packages.Asked);
        var file = SiteControlFile.Parse(await File.ReadAllBytesAsync(control.PayloadFile!, TestPrimary.Cancel)).Value!;
        Assert.Equal((SiteControlFileType.Proposed, "S01"), (file.Image.Type, file.Image.TargetSite));
    }

    [Fact]
    public async Task RunOnce_EveryThingTwice_HasOneEffect()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.CreateSiteAsync();
        await primary.RunAsync();
        await primary.RunAsync();
        Assert.Single(primary.Placed());
        var job = await primary.SendAsync("S01", JobType.Bootstrap, site);
        await primary.Get<SiteServer.ISendObserver>().CompletedAsync(primary.Request(job, SendRequestState.Ok), TestPrimary.Cancel);
        await primary.RunAsync();
        site.Confirm(job.Order!); // the sender was killed before it deleted its request, and did it again
        await primary.RunAsync();
        Assert.Equal(SiteTransitions.PackageSending, await primary.StateAsync());
        Assert.Empty(primary.BadFiles(primary.Root.SiteConfigBox));

        await primary.SendAsync("S01", JobType.SiteInstall);
        await primary.RunAsync();
        await primary.SendAsync("S01", JobType.SiteControl);
        await primary.RunAsync();
        var content = site.ReportFile("S01");
        var envelope = site.Report(content);
        await primary.RunAsync();
        site.Report(content, envelope);
        await primary.RunAsync();

        Assert.Single(await primary.ReadAsync(db => db.SiteControl.Where(i => i.SiteCode == "S01" && i.Kind == ControlImageKind.Actual).ToListAsync()));
        Assert.Single(await primary.ReadAsync(db => db.StatusMessages.Where(m => m.MessageId == 358).ToListAsync()));
        Assert.Equal(3, (await primary.JobsAsync()).Count);
        Assert.Empty(primary.BadFiles(primary.Root.SiteConfigBox));
    }

    [Fact]
    public async Task RunOnce_LaterReports_OnlyNewOnesAreVersions()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.InstallToPhase4Async();
        site.Report();
        await primary.RunAsync();
        var first = (await primary.SiteAsync()).LastReportAt;

        primary.Clock.Advance(TimeSpan.FromDays(1));
        site.Report();
        await primary.RunAsync();
        Assert.Equal(first + TimeSpan.FromDays(1), (await primary.SiteAsync()).LastReportAt);
        Assert.Equal(1, await primary.ReadAsync<int>(ActualVersions));

        site.Report(site.ReportFile("S01", build: "1.0.8"));
        await primary.RunAsync();
        Assert.Equal("1.0.8", (await primary.SiteAsync()).Version);
        Assert.Equal(2, await primary.ReadAsync<int>(ActualVersions));

        static Task<int> ActualVersions(SmsContext db) => db.SiteControl.CountAsync(i => i.SiteCode == "S01" && i.Kind == ControlImageKind.Actual);
    }

    [Fact]
    public async Task RunOnce_ReportsOutOfOrder_KeepsTheLatest()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.InstallToPhase4Async();
        site.Lags = true;
        site.Report();
        site.Report();
        site.Deliver(reversed: true);
        await primary.RunAsync();
        await primary.RunAsync();

        Assert.Equal(SiteTransitions.Active, await primary.StateAsync());
        var receipts = await primary.ReadAsync(db => db.InboxReceipts.Where(r => r.Source == "S01").Select(r => r.Sequence).ToListAsync());
        Assert.Contains(2, receipts);
        site.Report(envelope: site.Envelope(EnvelopeTypes.SiteReport, EnvelopeStreams.Control, 1, site.ReportFile("S01")));
        await primary.RunAsync();
        Assert.Empty(primary.BadFiles(primary.Root.SiteConfigBox));
    }

    [Fact]
    public async Task RunOnce_OneSiteFails_TheNextGoesOn()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var first = await primary.CreateSiteAsync("S01");
        using var second = await primary.CreateSiteAsync("S02");
        await primary.RunAsync();
        await primary.SendAsync("S01", JobType.Bootstrap, first);
        await primary.SendAsync("S02", JobType.Bootstrap, second);
        primary.Packages.Missing = "SYSTEM.MAP names a file that is not there.";
        await primary.RunAsync();
        await primary.RunAsync();

        foreach (var code in (string[])["S01", "S02"])
        {
            var site = await primary.SiteAsync(code);
            Assert.Equal(SiteTransitions.PackageFailed, SiteState.Of(site));
            Assert.Contains("SYSTEM.MAP", site.FailureReason);
        }
    }

    [Fact]
    public async Task RunOnce_JobRowLost_GetsANewOne()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.CreateSiteAsync();
        await primary.RunAsync();
        await primary.Get<EngineStore>().WriteAsync((db, token) => db.Jobs.ExecuteDeleteAsync(token), TestPrimary.Cancel);
        await primary.RunAsync();
        await primary.RunAsync();

        Assert.Equal("Bootstrap Job for S01", Assert.Single(await primary.JobsAsync()).Comment);
    }

    [Fact]
    public async Task RunOnce_JobFileLost_IsPlacedAgainWithinTheMinute()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.CreateSiteAsync();
        await primary.RunAsync();
        var lost = Assert.Single(primary.Placed());
        primary.Disk.Delete(Path.Combine(primary.Root.ScheduleBox, lost.Id + ".JOB"));
        primary.Clock.Advance(TimeSpan.FromMinutes(1));
        await primary.RunAsync();

        Assert.Equal(lost.Id, Assert.Single(primary.Placed()).Id);
        Assert.Equal(lost.Order, primary.Placed()[0].Order);
    }

    [Theory]
    [InlineData(6_000)]
    [InlineData(18_000)]
    public async Task RunOnce_PrimaryWithThousandsOfChildren_TheNextOnesAddressRoundTrips(int children)
    {
        await using var primary = await TestPrimary.StartAsync();
        await primary.Get<EngineStore>().WriteAsync(
            async (db, token) =>
            {
                var row = await OwnImageAsync(db);
                var image = SiteControlFile.Parse(row.Text).Value!.Image;
                var codes = Enumerable.Range(0, children + 4).Select(Code).Except(["AUX", "CON", "NUL", "PRN"]).Take(children); // device names are no site codes
                var addresses = codes.Select(code => new SiteControlAddress("P01", code, "MS_LAN_SENDER", "LAN_DEFAULT", ""));
                row.Text = SiteControlFile.From(image with { Addresses = [.. image.Addresses, .. addresses] }).ToText();
            },
            TestPrimary.Cancel);
        using var site = await primary.CreateSiteAsync();
        await primary.RunAsync();

        Assert.Equal(SiteTransitions.BootstrapSending, await primary.StateAsync());
        var text = (await primary.ReadAsync(OwnImageAsync)).Text;
        var placed = Assert.Single(primary.Disk.ListFiles(primary.Root.SiteConfigBox, "*.CT1"));
        var read = SiteControlFile.Parse(primary.Disk.ReadAll(placed, SiteControlFile.MaxBytes)).Value!;
        Assert.Equal(text, read.ToText());
        Assert.Equal(children + 2, read.Image.Addresses.Count); // the primary's own, and the new site's
        Assert.Equal("S01", read.Image.Addresses[^1].Destination);
        Assert.Equal(read.Image, SiteControlFile.Create(read.Image).Value!.Image);

        static string Code(int i) => $"{(char)('A' + (i / 1296 % 26))}{Digit(i / 36 % 36)}{Digit(i % 36)}";
        static char Digit(int i) => (char)(i < 10 ? '0' + i : 'A' + i - 10);
        static Task<Data.Sites.SiteControlImage> OwnImageAsync(Data.SmsContext db) => db.SiteControl.SingleAsync(i => i.SiteCode == "P01" && i.Kind == ControlImageKind.Proposed && i.IsCurrent);
    }
}
