using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using SmsConsole.Data.Queries;

namespace SmsConsole.Engine.Tests;

/// <summary>The engine is killed after each durable step; the next one goes on as if nothing had been.</summary>
public class CrashTests
{
    [Fact]
    public async Task Restart_AfterEveryStep_InstallationStillBecomesActive()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.CreateSiteAsync();
        await primary.RestartAsync();
        await primary.RunAsync();
        await primary.RestartAsync();
        await primary.SendAsync("S01", JobType.Bootstrap, site);
        await primary.RestartAsync();
        await primary.RunAsync();
        await primary.RestartAsync();
        await primary.SendAsync("S01", JobType.SiteInstall);
        await primary.RestartAsync();
        await primary.RunAsync();
        await primary.RestartAsync();
        await primary.SendAsync("S01", JobType.SiteControl);
        site.Report();
        await primary.RestartAsync();
        await primary.RunAsync();

        Assert.Equal(SiteTransitions.Active, await primary.StateAsync());
        Assert.Equal(3, (await primary.JobsAsync()).Count);
    }

    [Fact]
    public async Task Restart_RowsWrittenButNoFile_FileFollows()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.CreateSiteAsync();
        var row = await primary.SiteAsync();
        await primary.Get<PhaseChanger>().MoveAsync(
            SeenSite.Of(row),
            new SiteMove(SiteEvent.BootstrapJobPlaced, "test", "test"),
            (db, moved, token) => primary.Get<SystemJobs>().AddAsync(db, moved, JobType.Bootstrap, token),
            TestPrimary.Cancel);
        Assert.Empty(primary.Placed());
        await primary.RestartAsync();
        await primary.RunAsync();

        Assert.Equal("Bootstrap Job for S01", Assert.Single(primary.Placed()).Comment);
    }

    [Fact]
    public async Task Restart_FileWrittenButOperationOpen_IsOneJob()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.CreateSiteAsync();
        await primary.RunAsync();
        await ReopenAsync(primary);
        await primary.RestartAsync();
        await primary.RunAsync();
        Assert.Single(primary.Placed());

        // The job was even sent meanwhile: it is not placed again.
        await primary.SendAsync("S01", JobType.Bootstrap);
        await ReopenAsync(primary);
        await primary.RunAsync();
        Assert.Empty(primary.Placed());
    }

    [Fact]
    public async Task Restart_ReportTakenButFileStillThere_IsDropped()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.InstallToPhase4Async();
        var content = site.ReportFile("S01");
        var envelope = site.Report(content);
        await primary.RunAsync();
        site.Report(content, envelope);
        await primary.RestartAsync();
        await primary.RunAsync();

        Assert.Single(await primary.ReadAsync(db => db.SiteControl.Where(i => i.SiteCode == "S01" && i.Kind == ControlImageKind.Actual).ToListAsync()));
        Assert.Empty(primary.Disk.ListFiles(primary.Root.SiteConfigBox, "*.CT2"));
    }

    [Fact]
    public async Task Lease_TwoEngines_OneHoldsItAndTheStaleOneWritesNothing()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.CreateSiteAsync();
        var second = primary.StartProcess();
        Assert.NotNull(await second.GetRequiredService<LeaseKeeper>().TryTakeAsync(TestPrimary.Cancel));

        // The first sleeps longer than its lease lives, and wakes believing it still has it.
        primary.Clock.Advance(LeaseKeeper.Lifetime + TimeSpan.FromSeconds(1));
        Assert.Null(await second.GetRequiredService<LeaseKeeper>().TryTakeAsync(TestPrimary.Cancel));
        await Assert.ThrowsAsync<FenceLostException>(primary.RunAsync);
        Assert.Equal(SiteTransitions.NewSite, await primary.StateAsync());
        Assert.Empty(primary.Placed());
        Assert.False(await primary.Get<LeaseKeeper>().RenewAsync(TestPrimary.Cancel));

        await Assert.ThrowsAsync<SiteServer.SendingStoppedException>(() => primary.Get<SiteServer.ISendObserver>().MayGoOnAsync("P0100001", TestPrimary.Cancel).AsTask());

        await second.GetRequiredService<HierarchyManager>().RunOnceAsync(TestPrimary.Cancel);
        Assert.Equal(SiteTransitions.BootstrapSending, await primary.StateAsync());
        await second.GetRequiredService<LeaseKeeper>().ReleaseAsync(TestPrimary.Cancel);
        Assert.Null(await primary.Get<LeaseKeeper>().TryTakeAsync(TestPrimary.Cancel));
    }

    [Fact]
    public async Task Lease_TakenAfterTimeOff_DeadlinesAreLaterByThatTime()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.InstallToPhase4Async();
        primary.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.True(await primary.Get<LeaseKeeper>().RenewAsync(TestPrimary.Cancel));
        await primary.Get<LeaseKeeper>().ReleaseAsync(TestPrimary.Cancel);
        primary.Clock.Advance(TimeSpan.FromMinutes(65) - LeaseKeeper.Lifetime - TimeSpan.FromSeconds(1));
        await primary.RestartAsync();
        await primary.RunAsync();
        Assert.Equal(SiteTransitions.ReportAwaited, await primary.StateAsync());

        // Ten minutes had passed, the rest of the hour is left.
        primary.Clock.Advance(TimeSpan.FromMinutes(50) - TimeSpan.FromSeconds(1));
        Assert.True(await primary.Get<LeaseKeeper>().RenewAsync(TestPrimary.Cancel));
        await primary.RunAsync();
        Assert.Equal(SiteTransitions.ReportAwaited, await primary.StateAsync());
        primary.Clock.Advance(TimeSpan.FromSeconds(1));
        await primary.RunAsync();
        Assert.Equal(SiteTransitions.ReportMissing, await primary.StateAsync());
    }

    [Fact]
    public async Task Lease_TakenAfterAShortBreakOrByOneWhoMustWait_DeadlinesStay()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.InstallToPhase4Async();
        var until = (await primary.SiteAsync()).WaitUntil;
        await primary.RestartAsync();
        var second = primary.StartProcess();
        Assert.NotNull(await second.GetRequiredService<LeaseKeeper>().TryTakeAsync(TestPrimary.Cancel));

        Assert.Equal(until, (await primary.SiteAsync()).WaitUntil);
        site.Report();
        await primary.RunAsync();
        primary.Clock.Advance(TimeSpan.FromDays(1));
        await primary.RestartAsync();
        Assert.Null((await primary.SiteAsync()).WaitUntil);
    }

    [Fact]
    public async Task Move_SeenStateIsOld_IsStaleAndWritesNothing()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.CreateSiteAsync();
        var seen = SeenSite.Of(await primary.SiteAsync());
        await primary.RunAsync();
        var history = await primary.ReadAsync(db => db.SiteHistory.CountAsync());

        Assert.Equal(MoveOutcome.Stale, await primary.Get<PhaseChanger>().MoveAsync(seen, new SiteMove(SiteEvent.BootstrapJobPlaced, "x", "x"), null, TestPrimary.Cancel));
        var now = SeenSite.Of(await primary.SiteAsync());
        Assert.Equal(MoveOutcome.NotAllowed, await primary.Get<PhaseChanger>().MoveAsync(now, new SiteMove(SiteEvent.Retry, "x", "x"), null, TestPrimary.Cancel));
        Assert.Equal(history, await primary.ReadAsync(db => db.SiteHistory.CountAsync()));
    }

    private static Task<int> ReopenAsync(TestPrimary primary) =>
        primary.Get<EngineStore>().WriteAsync(
            (db, token) => db.Operations.Where(o => o.Kind == OperationKinds.PlaceJob).ExecuteUpdateAsync(s => s.SetProperty(o => o.CompletedAt, (DateTime?)null), token),
            TestPrimary.Cancel);
}
