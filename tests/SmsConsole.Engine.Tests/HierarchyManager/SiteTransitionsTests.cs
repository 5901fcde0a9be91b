using SmsConsole.Data.Queries;

namespace SmsConsole.Engine.Tests;

public class SiteTransitionsTests
{
    private static readonly SiteEvent[] _events = Enum.GetValues<SiteEvent>();

    [Fact]
    public void Next_HappyPath_GoesThroughTheDocumentedCodes()
    {
        SiteEvent[] path =
        [
            SiteEvent.BootstrapJobPlaced, SiteEvent.Enrolled, SiteEvent.InstallJobPlaced, SiteEvent.InstallJobComplete,
            SiteEvent.ControlJobPlaced, SiteEvent.ControlJobComplete, SiteEvent.Reported,
        ];
        var state = SiteTransitions.NewSite;
        var codes = new List<int> { (int)state.Detailed };
        foreach (var step in path)
        {
            state = SiteTransitions.Next(state, step) ?? throw new InvalidOperationException($"{step} is not allowed in {state}.");
            codes.Add((int)state.Detailed);
        }

        Assert.Equal([100, 11, 12, 21, 22, 31, 32, 0], codes);
        Assert.Equal(SiteStatus.Active, state.Status);
    }

    [Fact]
    public void Next_EveryStateAndEvent_StaysInsideTheTable()
    {
        foreach (var state in SiteTransitions.All)
        {
            foreach (var happened in _events)
            {
                if (SiteTransitions.Next(state, happened) is { } next)
                {
                    Assert.Contains(next, SiteTransitions.All);
                    Assert.True(happened == SiteEvent.Reported || next != state, $"{happened} in {state} changes nothing");
                }
            }
        }
    }

    [Fact]
    public void Next_EveryStateReached_FromNewSite()
    {
        Assert.Equal(SiteTransitions.All.ToHashSet(), Reach(SiteTransitions.NewSite).ToHashSet());
    }

    [Fact]
    public void Next_EveryState_CanReachActive()
    {
        foreach (var state in SiteTransitions.All)
        {
            Assert.Contains(SiteTransitions.Active, Reach(state));
        }
    }

    [Fact]
    public void Next_EveryWaitingState_EndsByItselfOrByItsDeadline()
    {
        // A state with a job or a report to wait for must not be able to wait for ever.
        foreach (var state in SiteTransitions.All.Where(s => s.Status == SiteStatus.Pending && s.Detailed is DetailedStatus.PreinstJobBegin
                     or DetailedStatus.InstJobBegin or DetailedStatus.FirstScJobBegin or DetailedStatus.FirstScJobEnd))
        {
            Assert.Equal(SiteStatus.Failed, SiteTransitions.Next(state, SiteEvent.DeadlinePassed)?.Status);
        }
    }

    [Fact]
    public void Next_FailedStates_LeaveOnlyByRetryOrReport()
    {
        foreach (var state in SiteTransitions.All.Where(s => s.Status == SiteStatus.Failed))
        {
            foreach (var happened in _events.Where(e => e is not (SiteEvent.Retry or SiteEvent.Reported)))
            {
                Assert.Null(SiteTransitions.Next(state, happened));
            }

            Assert.Equal(SiteStatus.Pending, SiteTransitions.Next(state, SiteEvent.Retry)?.Status);
        }
    }

    [Fact]
    public void Next_Active_OnlyReports()
    {
        foreach (var happened in _events)
        {
            Assert.Equal(happened == SiteEvent.Reported ? SiteTransitions.Active : null, SiteTransitions.Next(SiteTransitions.Active, happened));
        }
    }

    [Theory]
    [InlineData(SiteEvent.PackageRejected, DetailedStatus.InstJobBegin)]
    [InlineData(SiteEvent.ControlFileRejected, DetailedStatus.FirstScJobBegin)]
    public void Next_RejectedThenRetry_ReturnsToThePhaseThatCanMendIt(object rejected, object mended)
    {
        var failed = SiteTransitions.Next(SiteTransitions.ReportAwaited, (SiteEvent)rejected)!.Value;
        Assert.Equal(SiteStatus.Failed, failed.Status);
        Assert.Equal((DetailedStatus)mended, SiteTransitions.Next(failed, SiteEvent.Retry)?.Detailed);
    }

    [Fact]
    public void JobNext_EveryStatusAndEvent_FinalStaysFinal()
    {
        foreach (var status in Enum.GetValues<JobStatus>())
        {
            foreach (var happened in Enum.GetValues<JobEvent>())
            {
                var next = JobTransitions.Next(status, happened);
                if (JobTransitions.IsFinal(status))
                {
                    Assert.Null(next);
                }
                else
                {
                    Assert.Equal(happened == JobEvent.RetryNow && status != JobStatus.Retrying, next is null);
                }
            }
        }
    }

    private static List<SiteState> Reach(SiteState from)
    {
        var seen = new List<SiteState> { from };
        for (var i = 0; i < seen.Count; i++)
        {
            foreach (var happened in _events)
            {
                if (SiteTransitions.Next(seen[i], happened) is { } next && !seen.Contains(next))
                {
                    seen.Add(next);
                }
            }
        }

        return seen;
    }
}
