using System.Text;
using SmsConsole.SiteServer.Formats;
using SmsConsole.SiteServer.Spool;
using SmsConsole.TestKit;

namespace SmsConsole.SiteServer.Tests.Senders;

public sealed class SenderTests : IAsyncDisposable
{
    private static readonly PhysicalDisk _disk = PhysicalDisk.Instance;
    private readonly string _folder = Directory.CreateTempSubdirectory("sender-").FullName;
    private readonly ManualTimeProvider _clock = new();
    private readonly ScriptedLinks _links = new();
    private readonly SmsRoot _root;
    private Sender _sender;

    public SenderTests()
    {
        _root = new SmsRoot(Path.Combine(_folder, "P01"));
        foreach (var directory in (string[])[Outbox, _root.ToSend, _root.Logs])
        {
            Directory.CreateDirectory(directory);
        }

        _sender = NewSender(_disk);
    }

    private string Outbox => _root.Outbox(Scheduler.LanOutbox);

    public async ValueTask DisposeAsync()
    {
        _links.Release();
        await _sender.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task RunOnce_SeveralForOneSite_GoOneAtATimeByPriorityThenAge()
    {
        Request("A1", "S01", SendRequestPriority.Low, age: 9);
        Request("A2", "S01", SendRequestPriority.High, age: 1);
        Request("A3", "S01", SendRequestPriority.High, age: 5);
        Request("A4", "S01", SendRequestPriority.Medium, age: 7);
        await RoundsAsync();
        Assert.Equal(["A3", "A2", "A4", "A1"], _links.Sent);
        Assert.Equal(1, _links.MostAtOnce("S01"));
        Assert.Empty(Directory.GetFiles(Outbox));
        Assert.Empty(Directory.GetFiles(_root.ToSend));
    }

    [Fact]
    public async Task RunOnce_ManySites_FiveAtATimeAndOneForEach()
    {
        _links.Hold();
        for (var i = 0; i < 8; i++)
        {
            Request($"B{i}", $"S0{i}");
            Request($"C{i}", $"S0{i}");
        }

        await _sender.RunOnceAsync(CancellationToken.None);
        await _links.UntilAsync(() => _links.Open == 5);
        await _sender.RunOnceAsync(CancellationToken.None);
        Assert.Equal(5, _links.Open);
        _links.Release();
        await RoundsAsync();
        Assert.Equal(16, _links.Sent.Count);
        Assert.True(Enumerable.Range(0, 8).All(i => _links.MostAtOnce($"S0{i}") == 1));
    }

    [Fact]
    public async Task RunOnce_LinkThatFails_WaitsLongerAndLongerWithItsReason()
    {
        Request("D1", "S01");
        _links.Fail = new LinkException(LinkStage.Connect, "No answer.\nSecond line.");
        var waits = new List<double>();
        for (var i = 0; i < 10; i++)
        {
            await RoundAsync();
            var kept = Kept("D1");
            Assert.Equal(SendRequestState.Error, kept.State);
            Assert.Equal("No answer. Second line.", kept.Reason);
            Assert.Equal(i + 1, kept.Attempts);
            waits.Add((kept.NextTryAt!.Value - _clock.GetUtcNow()).TotalSeconds);
            await RoundAsync(); // before its time: nothing happens
            Assert.Equal(i + 1, Kept("D1").Attempts);
            Assert.Equal(kept.NextTryAt, _sender.NextDueAt);
            _clock.Advance(TimeSpan.FromSeconds(waits[^1]));
        }

        Assert.Equal([1, 2, 4, 8, 16, 32, 64, 120, 120, 120], waits);
        _links.Fail = null;
        await RoundsAsync();
        Assert.Equal(["D1"], _links.Sent);
    }

    [Fact]
    public async Task RunOnce_ClockPutBack_DoesNotWaitForTheOldTime()
    {
        Request("D2", "S01", change: r => r with { State = SendRequestState.Error, NextTryAt = _clock.GetUtcNow() + TimeSpan.FromHours(2), Attempts = 1 });
        await RoundsAsync();
        Assert.Equal(["D2"], _links.Sent);
    }

    [Fact]
    public async Task RunOnce_SevenDaysWithoutSuccess_HasFailed()
    {
        Request("E1", "S01");
        _links.Fail = new LinkException(LinkStage.Connect, "No answer.");
        await RoundAsync();
        _clock.Advance(TimeSpan.FromDays(6.9));
        await RoundAsync();
        Assert.Empty(_links.Failed);
        _clock.Advance(TimeSpan.FromDays(0.2));
        await RoundAsync();
        Assert.Equal(["E1"], _links.Failed);
        Assert.Empty(Directory.GetFiles(Outbox));
    }

    [Fact]
    public async Task RunOnce_ThatCannotBeMended_HasFailedAtOnce()
    {
        Request("E2", "S01");
        _links.Fail = new LinkException(LinkStage.HostKey, "Another key.", retryable: false);
        await RoundAsync();
        Assert.Equal(["E2"], _links.Failed);
        Assert.Empty(Directory.GetFiles(Outbox));
    }

    [Fact]
    public async Task RunOnce_CancelledWhileWaiting_GoesWithoutBeingSent()
    {
        Request("F1", "S01");
        _links.CancelledJobs.Add("F1");
        await RoundAsync();
        Assert.Empty(_links.Sent);
        Assert.Equal(["F1"], _links.Cancelled);
        Assert.Empty(Directory.GetFiles(Outbox));
    }

    [Theory]
    [InlineData(SendRequestKind.Package)]
    [InlineData(SendRequestKind.Bootstrap)]
    public async Task RunOnce_CancelledWhileSending_StopsAndIsCancelledNotFailed(SendRequestKind kind)
    {
        Request("F2", "S01", change: r => r with { Kind = kind });
        _links.Hold();
        await _sender.RunOnceAsync(CancellationToken.None);
        await _links.UntilAsync(() => _links.Open == 1);
        _links.CancelledJobs.Add("F2");
        await _links.UntilAsync(() =>
        {
            _clock.Advance(TimeSpan.FromMilliseconds(250));
            return _links.Cancelled.Count > 0;
        });
        await _sender.WhenIdleAsync();
        Assert.Equal(["F2"], _links.Cancelled);
        Assert.Empty(Directory.GetFiles(Outbox));
        Assert.DoesNotContain("Internal error", Encoding.UTF8.GetString(_disk.ReadAll(Path.Combine(_root.Logs, "sender.log"), 1 << 20)));
    }

    [Fact]
    public async Task RunOnce_ObserverFailsForAMoment_StillHearsOfACancellation()
    {
        Request("F3", "S01");
        _links.Hold();
        await _sender.RunOnceAsync(CancellationToken.None);
        await _links.UntilAsync(() => _links.Open == 1);
        _links.FailMayGoOn = new IOException("The database is busy.");
        var asked = _links.Asked;
        await TickUntilAsync(() => _links.Asked > asked);
        _links.FailMayGoOn = null;
        _links.CancelledJobs.Add("F3");
        await TickUntilAsync(() => _links.Cancelled.Count > 0);
        await _sender.WhenIdleAsync();
        Assert.Equal(["F3"], _links.Cancelled);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RunOnce_ObserverStopsTheSending_StaysClaimedAndGoesOnLater(bool inItsMiddle)
    {
        Request("F4", "S01");
        if (inItsMiddle)
        {
            _links.Hold();
            await _sender.RunOnceAsync(CancellationToken.None);
            await _links.UntilAsync(() => _links.Open == 1);
        }

        _links.FailMayGoOn = new SendingStoppedException("Another engine sends.");
        await _sender.RunOnceAsync(CancellationToken.None);
        await TickUntilAsync(() => _sender.WhenIdleAsync().IsCompleted);
        Assert.Empty(_links.Sent);
        Assert.Empty(_links.Cancelled);
        Assert.Empty(_links.Failed);
        Assert.NotEqual(SendRequestState.Error, Kept("F4").State);
        var asked = _links.Asked;
        await RoundAsync(); // not at once
        Assert.Equal(asked, _links.Asked);
        _links.FailMayGoOn = null;
        _links.Release();
        _clock.Advance(TimeSpan.FromSeconds(2));
        await RoundsAsync();
        Assert.Equal(["F4"], _links.Sent);
    }

    [Fact]
    public async Task RunOnce_ClaimedBeforeACrash_IsTakenUpAgain()
    {
        Request("G1", "S01", extension: ".SRS", change: r => r with { State = SendRequestState.Sending, SyncPoint = 2 });
        await RoundsAsync();
        Assert.Equal(["G1"], _links.Sent);
        Assert.Equal(["G1"], _links.Completed);
    }

    [Fact]
    public async Task RunOnce_ArrivedBeforeACrash_IsOnlyTold()
    {
        Request("G2", "S01", extension: ".SRS", change: r => r with { State = SendRequestState.Ok });
        await RoundsAsync();
        Assert.Empty(_links.Sent);
        Assert.Equal(["G2"], _links.Completed);
        Assert.Empty(Directory.GetFiles(Outbox));
    }

    [Fact]
    public async Task RunOnce_ArrivedButNotRecorded_IsToldAgainAndNeverSentAgain()
    {
        Request("G3", "S01");
        _links.FailCompletion = new IOException("The database is gone.");
        await RoundAsync();
        Assert.Equal(SendRequestState.Ok, Kept("G3").State);
        Assert.Equal(["G3"], _links.Sent);
        _clock.Advance(TimeSpan.FromDays(30));
        await RoundAsync();
        _links.FailCompletion = null;
        _clock.Advance(TimeSpan.FromMinutes(3));
        await RoundsAsync();
        Assert.Equal(["G3"], _links.Sent);
        Assert.Equal(["G3"], _links.Completed);
        Assert.Empty(_links.Failed);
    }

    [Fact]
    public async Task RunOnce_FullDisk_WaitsInMemoryInsteadOfSpinning()
    {
        Request("H1", "S01", extension: ".SRS");
        await _sender.DisposeAsync();
        var full = new CrashingDisk(0, DiskFault.Full);
        _sender = NewSender(full);
        await RoundAsync();
        await RoundAsync();
        await RoundAsync();
        Assert.Equal(0, _links.Opened);
        Assert.NotNull(_sender.NextDueAt);
        full.FreeUp();
        _clock.Advance(TimeSpan.FromSeconds(2));
        await RoundsAsync();
        Assert.Equal(["H1"], _links.Sent);
    }

    [Fact]
    public async Task RunOnce_JobNotYetDeleted_Waits()
    {
        Request("H2", "S01");
        _disk.Write(Path.Combine(_root.ScheduleBox, "H2.JOB"), "x"u8);
        await RoundAsync();
        Assert.Empty(_links.Sent);
        File.Delete(Path.Combine(_root.ScheduleBox, "H2.JOB"));
        await RoundsAsync();
        Assert.Equal(["H2"], _links.Sent);
    }

    [Fact]
    public async Task RunOnce_PoisonAmongOthers_IsSetAsideAndTheOthersGo()
    {
        _disk.Write(Path.Combine(Outbox, "BAD1.SRQ"), "{"u8);
        _disk.Write(Path.Combine(Outbox, "BAD2.SRQ"), new byte[SendRequest.MaxBytes + 1]);
        Request("I1", "S01");
        await RoundsAsync();
        Assert.Equal(["I1"], _links.Sent);
        Assert.Equal(4, Directory.GetFiles(SmsRoot.Quarantine(Outbox)).Length);
        Assert.Empty(Directory.GetFiles(Outbox));
    }

    [Fact]
    public async Task RetryNowAndSetPriority_WaitingRequest_AreKept()
    {
        Request("J1", "S01");
        _links.Fail = new LinkException(LinkStage.Connect, "No answer.");
        await RoundAsync();
        Assert.True(_sender.SetPriority("J1", SendRequestPriority.High));
        Assert.Equal(SendRequestPriority.High, Kept("J1").Priority);
        _links.Fail = null;
        _sender.RetryNow("J1");
        await RoundsAsync();
        Assert.Equal(["J1"], _links.Sent);
    }

    [Fact]
    public async Task SetPriority_WhileItsDestinationIsSentTo_IsKeptByWhatWaitsAndRefusedByWhatIsSent()
    {
        Request("Q1", "S01", SendRequestPriority.High, age: 3);
        Request("Q2", "S01", SendRequestPriority.High, age: 2);
        Request("Q3", "S01", SendRequestPriority.Low, age: 1);
        _links.Hold();
        await _sender.RunOnceAsync(CancellationToken.None);
        await _links.UntilAsync(() => _links.Open == 1);

        Assert.False(_sender.SetPriority("Q1", SendRequestPriority.Low));
        Assert.True(_sender.SetPriority("Q2", SendRequestPriority.Low));
        Assert.True(_sender.SetPriority("Q3", SendRequestPriority.High));
        Assert.False(_sender.SetPriority("Q4", SendRequestPriority.High));

        _links.Release();
        await RoundsAsync();
        Assert.Equal(["Q1", "Q3", "Q2"], _links.Sent);
        Assert.Empty(Directory.GetFiles(Outbox));
    }

    [Fact]
    public async Task SetPriority_WhileARoundWantsToClaim_LeavesOneRequestWithThatPriority()
    {
        var disk = new CrashingDisk(-1, DiskFault.Before);
        await _sender.DisposeAsync();
        _sender = NewSender(disk);
        Request("R1", "S01");
        var claimed = Path.Combine(Outbox, "R1.SRS");
        Task? round = null;
        var claimedMeanwhile = false;
        disk.Before = (name, path) =>
        {
            // The change has read the request and is about to write it: whoever claims it now makes the change a second request.
            if (name == "write" && path.EndsWith(".SRQ", StringComparison.Ordinal) && round is null)
            {
                round = Task.Run(() => _sender.RunOnceAsync(CancellationToken.None));
                claimedMeanwhile = SpinWait.SpinUntil(() => File.Exists(claimed), TimeSpan.FromMilliseconds(500));
            }
        };
        _links.Hold();

        _sender.SetPriority("R1", SendRequestPriority.High);

        Assert.NotNull(round);
        await round;
        await _links.UntilAsync(() => _links.Open == 1); // till then the sending keeps its state, in a file beside the request at first
        Assert.False(claimedMeanwhile);
        Assert.Equal([claimed], Directory.GetFiles(Outbox));
        Assert.Equal(SendRequestPriority.High, SendRequest.Parse(await File.ReadAllBytesAsync(claimed, TestContext.Current.CancellationToken)).Value!.Priority);
        _links.Release();
        await RoundsAsync();
        Assert.Equal(["R1"], _links.Sent);
        Assert.Empty(Directory.GetFiles(Outbox));
    }

    [Fact]
    public async Task RunOnce_NoAddress_WaitsWithThatReason()
    {
        Request("K1", "X99");
        await RoundAsync();
        Assert.Equal("There is no address for site X99.", Kept("K1").Reason);
    }

    private Sender NewSender(IDisk disk) => new(disk, _root, _links, _links, _links, _clock, new TraceLog(_disk, Path.Combine(_root.Logs, "sender.log"), "P01", _clock));

    private void Request(string id, string destination, SendRequestPriority priority = SendRequestPriority.Medium, int age = 0, string extension = ".SRQ", Func<SendRequest, SendRequest>? change = null)
    {
        var request = new SendRequest
        {
            RequestId = id,
            JobId = id,
            Destination = destination,
            Incarnation = Guid.NewGuid(),
            Priority = priority,
            Outbox = "LAN",
            Kind = SendRequestKind.Package,
            PackageFile = Path.Combine(_root.ToSend, id + ".P00"),
            InstructionFile = Path.Combine(_root.ToSend, id + ".I00"),
            PackageName = id,
            State = SendRequestState.None,
            BytesTotal = 5,
            CreatedAt = _clock.GetUtcNow() - TimeSpan.FromMinutes(age),
        };
        request = change?.Invoke(request) ?? request;
        var order = new BootstrapOrder(destination, "P01", request.Incarnation, "key", "token", new ReturnAddress("collect", null));
        File.WriteAllBytes(request.PackageFile, Encoding.ASCII.GetBytes("12345"));
        File.WriteAllBytes(request.InstructionFile, System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(order, SiteJson.Default.BootstrapOrder));
        File.WriteAllBytes(Path.Combine(Outbox, id + extension), request.ToBytes());
    }

    private SendRequest Kept(string id) => SendRequest.Parse(File.ReadAllBytes(Path.Combine(Outbox, id + ".SRS"))).Value!;

    private Task TickUntilAsync(Func<bool> condition) => _links.UntilAsync(() =>
    {
        _clock.Advance(TimeSpan.FromMilliseconds(250));
        return condition();
    });

    private async Task RoundAsync()
    {
        await _sender.RunOnceAsync(CancellationToken.None);
        await _sender.WhenIdleAsync();
    }

    private async Task RoundsAsync()
    {
        for (var i = 0; i < 20; i++)
        {
            await RoundAsync();
        }
    }
}
