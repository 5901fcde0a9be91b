using Microsoft.EntityFrameworkCore;
using SmsConsole.Data.Queries;
using SmsConsole.SiteServer;
using SendRequestState = SmsConsole.SiteServer.Formats.SendRequestState;

namespace SmsConsole.Engine.Tests;

public class FailureTests
{
    [Fact]
    public async Task RunOnce_BootstrapJobFailed_SiteFailsWithItsReasonAndRetryMends()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.CreateSiteAsync();
        await primary.RunAsync();
        var job = Assert.Single(primary.Placed());
        await primary.Get<ISendObserver>().FailedAsync(primary.Request(job, SendRequestState.Invalid, "The account may not write to /srv."), TestPrimary.Cancel);
        primary.Disk.Delete(Path.Combine(primary.Root.ScheduleBox, job.Id + ".JOB"));
        await primary.RunAsync();

        var failed = await primary.SiteAsync();
        Assert.Equal(SiteTransitions.BootstrapFailed, SiteState.Of(failed));
        Assert.Equal((359, DetailedStatus.PreinstJobBegin), (failed.FailureEventId, failed.FailedFrom));
        Assert.Contains("/srv", failed.FailureReason);
        Assert.NotEmpty(failed.FailureWhatToDo!);

        Assert.True((await primary.Get<ISiteCommands>().RetryAsync(TestPrimary.Administrator, "S01", TestPrimary.Cancel)).Succeeded);
        Assert.Equal(SiteTransitions.BootstrapSending, await primary.StateAsync());
        await primary.RunAsync();
        var second = await primary.SendAsync("S01", JobType.Bootstrap, site);
        Assert.NotEqual(job.Id, second.Id);
        Assert.Equal(job.Order!.Token, second.Order!.Token);
        await primary.RunAsync();
        Assert.Equal(SiteTransitions.PackageSending, await primary.StateAsync());
        Assert.Null((await primary.SiteAsync()).FailureReason);
    }

    [Fact]
    public async Task RunOnce_ClockPutBack_WhatWasAskedForIsDoneNow()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.CreateSiteAsync();
        await primary.RunAsync();
        var job = Assert.Single(primary.Placed());
        Assert.True((await primary.Get<IJobCommands>().CancelAsync(TestPrimary.Administrator, job.Id, TestPrimary.Cancel)).Succeeded);

        primary.Clock.Advance(TimeSpan.FromHours(-2));
        await primary.RunAsync();

        Assert.Equal(JobStatus.Cancelled, Assert.Single(await primary.JobsAsync()).Status);
    }

    [Theory]
    [InlineData(382, DetailedStatus.InstJobBegin)]
    [InlineData(384, DetailedStatus.InstJobBegin)]
    [InlineData(385, DetailedStatus.InstJobBegin)]
    [InlineData(383, DetailedStatus.FirstScJobBegin)]
    [InlineData(386, DetailedStatus.FirstScJobBegin)]
    public async Task Receive_BootstrapGivesUp_SiteFailsAndRetryReturnsToThePhaseThatMends(int messageId, object mended)
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.InstallToPhase4Async();
        site.Fail(messageId, "As BOOTSTRP.LOG says.");
        await primary.ReceiveStatusAsync();

        var failed = await primary.SiteAsync();
        Assert.Equal(SiteStatus.Failed, failed.Status);
        Assert.Equal(messageId, failed.FailureEventId);
        Assert.Contains("BOOTSTRP.LOG", failed.FailureReason);
        Assert.True((await primary.Get<ISiteCommands>().RetryAsync(TestPrimary.Administrator, "S01", TestPrimary.Cancel)).Succeeded);
        Assert.Equal((DetailedStatus)mended, (await primary.SiteAsync()).DetailedStatus);
    }

    [Theory]
    [InlineData(382, JobType.SiteInstall)]
    [InlineData(384, JobType.SiteInstall)]
    [InlineData(386, JobType.SiteControl)]
    public async Task Receive_ReportOfTheRoundBeforeARetry_IsKeptAndFailsNothing(int messageId, JobType type)
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.InstallToPhase4Async();
        var before = (await primary.JobsAsync()).Single(j => j.Type == type).Id;
        site.Fail(messageId, "The first time.", before);
        await primary.ReceiveStatusAsync();
        Assert.Equal(SiteStatus.Failed, (await primary.SiteAsync()).Status);
        Assert.True((await primary.Get<ISiteCommands>().RetryAsync(TestPrimary.Administrator, "S01", TestPrimary.Cancel)).Succeeded);
        await primary.RunAsync();

        site.Fail(messageId, "The first time, on a slow way.", before);
        await primary.ReceiveStatusAsync();

        Assert.Equal(SiteStatus.Pending, (await primary.SiteAsync()).Status);
        Assert.Equal(2, await primary.ReadAsync(db => db.StatusMessages.CountAsync(m => m.MessageId == messageId && m.SiteCode == "S01")));

        var now = (await primary.JobsAsync()).Last(j => j.Type == type).Id;
        Assert.NotEqual(before, now);
        site.Fail(messageId, "Again.", now);
        await primary.ReceiveStatusAsync();
        Assert.Equal(SiteStatus.Failed, (await primary.SiteAsync()).Status);
    }

    [Fact]
    public async Task RunOnce_OwnControlFileCannotBePlaced_TheSiteSaysSoUntilItIs()
    {
        await using var primary = await TestPrimary.StartAsync();
        var sites = primary.Get<ISiteCommands>();
        Assert.Equal("site.notFailed", (await sites.RetryAsync(TestPrimary.Administrator, "P01", TestPrimary.Cancel)).Errors[0].Code);
        var inTheWay = Enumerable.Range(1, 20).Select(id => Path.Combine(primary.Root.SiteConfigBox, $"{id:X8}.CT1")).ToList();
        inTheWay.ForEach(path => Directory.CreateDirectory(path));
        using var site = await primary.CreateSiteAsync();
        for (var attempt = 0; attempt < 3 * JobOperations.MaximumAttempts; attempt++)
        {
            await primary.RunAsync();
            primary.Clock.Advance(TimeSpan.FromMinutes(6));
            Assert.Null(await primary.Get<LeaseKeeper>().TryTakeAsync(TestPrimary.Cancel));
        }

        var queries = primary.Get<ISiteQueries>();
        var failure = (await queries.FindAsync("P01", TestPrimary.Cancel))!.Failure;
        Assert.Equal((SmsEvents.ControlFileNotPlaced, true), (failure!.EventId, failure.CanRetry));
        Assert.Equal(SiteStatus.Active, (await primary.SiteAsync("P01")).Status);
        Assert.Contains((await queries.HomeAsync(TestPrimary.Cancel)).Attention, a => a.SiteCode == "P01" && a.Reason == failure.Reason);
        Assert.Equal(1, await primary.ReadAsync(db => db.StatusMessages.CountAsync(m => m.MessageId == SmsEvents.ControlFileNotPlaced)));

        inTheWay.ForEach(Directory.Delete);
        Assert.True((await sites.RetryAsync(TestPrimary.Administrator, "P01", TestPrimary.Cancel)).Succeeded);
        await primary.RunAsync();

        Assert.Null((await queries.FindAsync("P01", TestPrimary.Cancel))!.Failure);
        Assert.Single(primary.Disk.ListFiles(primary.Root.SiteConfigBox, "*.CT1"));
        Assert.DoesNotContain(await primary.ReadAsync(db => db.Operations.ToListAsync()), o => o.Kind == OperationKinds.PlaceControlFile && o.CompletedAt is null);
    }

    [Fact]
    public async Task RunOnce_ReportNeverComes_SiteSaysSoAndALateOneStillCounts()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.InstallToPhase4Async();
        site.Lags = true;
        site.Report();
        primary.Clock.Advance(PhaseDeadlines.Default.Report - TimeSpan.FromSeconds(1));
        await primary.RunAsync();
        Assert.Equal(SiteTransitions.ReportAwaited, await primary.StateAsync());
        primary.Clock.Advance(TimeSpan.FromSeconds(1));
        await primary.RunAsync();

        var failed = await primary.SiteAsync();
        Assert.Equal(SiteTransitions.ReportMissing, SiteState.Of(failed));
        Assert.Contains(".CT2", failed.FailureReason);
        site.Deliver();
        await primary.RunAsync();
        Assert.Equal(SiteTransitions.Active, await primary.StateAsync());
    }

    [Fact]
    public async Task RunOnce_PhaseTakesTooLong_ItsJobIsCancelled()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.CreateSiteAsync();
        await primary.RunAsync();
        primary.Clock.Advance(PhaseDeadlines.Default.Bootstrap);
        await primary.Get<LeaseKeeper>().RenewAsync(TestPrimary.Cancel);
        await primary.RunAsync();

        Assert.Equal(SiteTransitions.BootstrapFailed, await primary.StateAsync());
        Assert.Equal(JobStatus.Cancelled, Assert.Single(await primary.JobsAsync()).Status);
        Assert.Empty(primary.Placed());
    }

    [Fact]
    public async Task Cancel_JobNotYetSent_EndsItAndFailsItsSite()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.CreateSiteAsync();
        await primary.RunAsync();
        var job = Assert.Single(await primary.JobsAsync());
        Assert.True((await primary.Get<IJobCommands>().CancelAsync(TestPrimary.Administrator, job.Id, TestPrimary.Cancel)).Succeeded);
        Assert.False(await primary.Get<ISendObserver>().MayGoOnAsync(job.Id, TestPrimary.Cancel));
        await primary.RunAsync();
        await primary.RunAsync();

        Assert.Empty(primary.Placed());
        Assert.Equal(JobStatus.Cancelled, Assert.Single(await primary.JobsAsync()).Status);
        Assert.Equal(SiteTransitions.BootstrapFailed, await primary.StateAsync());
        Assert.Contains("Cancelled by anna", (await primary.SiteAsync()).FailureReason);
        Assert.Equal("job.ended", (await primary.Get<IJobCommands>().CancelAsync(TestPrimary.Administrator, job.Id, TestPrimary.Cancel)).Errors[0].Code);
    }

    [Fact]
    public async Task Cancel_JobWithTheSender_AsksTheSenderUntilItHasStopped()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.CreateSiteAsync();
        await primary.RunAsync();
        var job = Assert.Single(primary.Placed());
        var request = Path.Combine(primary.Root.Outbox("LAN"), job.Id + ".SRS");
        primary.Disk.Move(Path.Combine(primary.Root.ScheduleBox, job.Id + ".JOB"), request);
        await primary.Get<IJobCommands>().CancelAsync(TestPrimary.Administrator, job.Id, TestPrimary.Cancel);
        await primary.RunAsync();
        Assert.Equal([job.Id], primary.Control.Retried);
        Assert.Equal(SiteTransitions.BootstrapSending, await primary.StateAsync());

        await primary.Get<ISendObserver>().CancelledAsync(primary.Request(job, SendRequestState.Cancelled), TestPrimary.Cancel);
        primary.Disk.Delete(request);
        await primary.RunAsync();
        Assert.Equal(SiteTransitions.BootstrapFailed, await primary.StateAsync());
    }

    [Fact]
    public async Task Progress_SenderRetries_SiteSaysWhyItWaits()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.CreateSiteAsync();
        await primary.RunAsync();
        var job = Assert.Single(primary.Placed());
        await primary.Get<ISendObserver>().ProgressAsync(primary.Request(job, SendRequestState.Error, "The host does not answer."), TestPrimary.Cancel);
        await primary.RunAsync();

        var row = Assert.Single(await primary.JobsAsync());
        Assert.Equal((JobStatus.Retrying, SendingStatus.Error), (row.Status, row.SendingStatus));
        Assert.NotNull(row.NextTryAt);
        Assert.Contains("The host does not answer.", (await primary.SiteAsync()).WaitText);
        Assert.True((await primary.Get<IJobCommands>().RetryAsync(TestPrimary.Administrator, job.Id, TestPrimary.Cancel)).Succeeded);
        await primary.RunAsync();
        Assert.Equal([job.Id], primary.Control.Retried);
    }

    [Fact]
    public async Task SetPriority_PlacedJob_ReachesFileAndSender()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.CreateSiteAsync();
        await primary.RunAsync();
        var job = Assert.Single(primary.Placed());
        Assert.True((await primary.Get<IJobCommands>().SetPriorityAsync(TestPrimary.Administrator, job.Id, JobPriority.Low, TestPrimary.Cancel)).Succeeded);
        await primary.RunAsync();

        Assert.Equal(3, Assert.Single(primary.Placed()).Priority);
        Assert.Equal([(job.Id, 3)], primary.Control.Priorities);
    }

    [Fact]
    public async Task SetPriority_JobBeingSent_IsTriedAgainUntilTheSenderKeepsTheLastOne()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.CreateSiteAsync();
        await primary.RunAsync();
        var job = Assert.Single(primary.Placed());
        primary.Disk.Move(Path.Combine(primary.Root.ScheduleBox, job.Id + ".JOB"), Path.Combine(primary.Root.Outbox("LAN"), job.Id + ".SRS"));
        primary.Control.IsSending = true;
        await primary.Get<IJobCommands>().SetPriorityAsync(TestPrimary.Administrator, job.Id, JobPriority.Low, TestPrimary.Cancel);
        await primary.RunAsync();
        primary.Control.IsSending = false;
        await primary.Get<IJobCommands>().SetPriorityAsync(TestPrimary.Administrator, job.Id, JobPriority.Medium, TestPrimary.Cancel);
        await primary.RunAsync();
        primary.Clock.Advance(TimeSpan.FromSeconds(2));
        await primary.RunAsync();

        Assert.Equal([(job.Id, 3), (job.Id, 2), (job.Id, 2)], primary.Control.Priorities);
        Assert.DoesNotContain(await primary.ReadAsync(db => db.Operations.ToListAsync()), o => o.Kind == OperationKinds.SetPriority && o.CompletedAt is null);
    }

    [Fact]
    public async Task SetPriority_JobEndsMeanwhile_IsGivenUp()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.CreateSiteAsync();
        await primary.RunAsync();
        primary.Control.IsSending = true;
        var job = Assert.Single(primary.Placed());
        await primary.Get<IJobCommands>().SetPriorityAsync(TestPrimary.Administrator, job.Id, JobPriority.Low, TestPrimary.Cancel);
        await primary.RunAsync();
        Assert.Contains(await primary.ReadAsync(db => db.Operations.ToListAsync()), o => o.Kind == OperationKinds.SetPriority && o.CompletedAt is null);
        await primary.SendAsync("S01", JobType.Bootstrap, site);
        primary.Clock.Advance(TimeSpan.FromSeconds(2));
        await primary.RunAsync();

        Assert.DoesNotContain(await primary.ReadAsync(db => db.Operations.ToListAsync()), o => o.Kind == OperationKinds.SetPriority && o.CompletedAt is null);
    }

    [Fact]
    public async Task Retry_JobThatCannotBePlaced_IsPlacedAtOnce()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.CreateSiteAsync();
        Directory.Delete(primary.Root.ScheduleBox, recursive: true);
        await File.WriteAllTextAsync(primary.Root.ScheduleBox, "in the way", TestPrimary.Cancel);
        for (var attempt = 0; attempt < 4; attempt++)
        {
            await primary.RunAsync();
            primary.Clock.Advance(TimeSpan.FromSeconds(40));
            await primary.Get<LeaseKeeper>().TryTakeAsync(TestPrimary.Cancel);
        }

        await primary.RunAsync();
        var job = Assert.Single(await primary.JobsAsync());
        Assert.Equal((JobStatus.Pending, true), (job.Status, job.WaitText?.StartsWith("It cannot be placed", StringComparison.Ordinal)));
        File.Delete(primary.Root.ScheduleBox);
        Directory.CreateDirectory(primary.Root.Outbox("LAN"));
        await primary.RunAsync();
        Assert.Empty(primary.Placed());

        Assert.True((await primary.Get<IJobCommands>().RetryAsync(TestPrimary.Administrator, job.Id, TestPrimary.Cancel)).Succeeded);
        await primary.RunAsync();
        Assert.Equal(job.Id, Assert.Single(primary.Placed()).Id);
    }

    [Fact]
    public async Task RunOnce_StepFailsAgainAndAgain_SiteSaysWhyUntilItSucceeds()
    {
        await using var primary = await TestPrimary.StartAsync();
        await HideOwnImageAsync(primary, hidden: true);
        using var site = await primary.CreateSiteAsync();
        await primary.RunAsync();
        await primary.RunAsync();
        Assert.Equal("Waiting for Hierarchy Manager to write the Bootstrap Job.", (await primary.SiteAsync()).WaitText);
        await primary.RunAsync();

        var waiting = await primary.SiteAsync();
        Assert.Equal(SiteTransitions.NewSite, SiteState.Of(waiting));
        Assert.Contains("Bootstrap Job. This has failed and is tried again: Sequence", waiting.WaitText);

        await HideOwnImageAsync(primary, hidden: false);
        await primary.RunAsync();
        Assert.Equal(SiteTransitions.BootstrapSending, await primary.StateAsync());
        Assert.DoesNotContain("failed", (await primary.SiteAsync()).WaitText);
    }

    /// <summary>Without its own PROPOSED image the primary cannot add a site's address.</summary>
    private static Task<int> HideOwnImageAsync(TestPrimary primary, bool hidden) =>
        primary.Get<EngineStore>().WriteAsync(
            (db, token) => db.SiteControl.Where(i => i.SiteCode == "P01" && i.Kind == ControlImageKind.Proposed && i.IsCurrent == hidden)
                .ExecuteUpdateAsync(s => s.SetProperty(i => i.IsCurrent, !hidden), token),
            TestPrimary.Cancel);
}
