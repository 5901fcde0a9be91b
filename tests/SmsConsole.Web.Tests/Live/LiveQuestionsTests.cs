using System.Collections.Concurrent;
using SmsConsole.Data.Queries;
using SmsConsole.Engine;
using SmsConsole.TestKit;
using SmsConsole.Web.Live;

namespace SmsConsole.Web.Tests.Live;

public sealed class LiveQuestionsTests
{
    private readonly FakeChangeFeed _feed = new();
    private readonly ManualTimeProvider _time = new();
    private readonly Answers _answers = new();
    private readonly LiveQuestions _questions;

    public LiveQuestionsTests() => _questions = new LiveQuestions(_feed, _time);

    [Fact]
    public async Task Join_AChangeDuringTheFirstQuestion_IsNotLost()
    {
        _answers.Answer = n =>
        {
            if (n == 1)
            {
                _feed.Publish(ChangeKind.Site, "S01");
            }

            return n;
        };

        await using var viewer = new Looking(_questions.Join(Sites()));

        await Until(() => _answers.Asked == 2);
        await Until(() => viewer.Last?.Value == 2);
    }

    [Fact]
    public async Task Changes_ManyAtOnce_AskTwiceNotManyTimes()
    {
        await using var viewer = _questions.Join(Sites());
        for (var i = 0; i < 100; i++)
        {
            _feed.Publish(ChangeKind.Site, "S01");
        }

        await Until(() => _answers.Asked == 2);
        Assert.Equal(2, _answers.Asked);
        await UntilMoving(() => _answers.Asked == 3);
        Assert.Equal(3, _answers.Asked);
    }

    [Fact]
    public async Task Answer_ThatSaysTheSame_IsSentToNobody_UntilItDiffers()
    {
        var rows = new ConcurrentQueue<Page<string>>([Page("a", 1), Page("a", 2), Page("b", 3), Page("b", 4)]);
        await using var viewer = _questions.Join(new ListQuestion(rows));
        LiveState<Page<string>>? state = null;
        await Until(() => (state ??= viewer.Take()) is not null);
        Assert.Equal(["a"], state!.Value!.Items);

        _feed.Publish(ChangeKind.Site, "S01");
        await Until(() => rows.Count == 2);
        _feed.Publish(ChangeKind.Site, "S01");
        await UntilMoving(() => rows.Count == 1);
        state = null;
        await Until(() => (state ??= viewer.Take()) is not null);
        Assert.Equal(["b"], state!.Value!.Items);
        Assert.Equal(3, state.Value.AsOf.Year);

        static Page<string> Page(string row, int year) => new([row], 1, new DateTimeOffset(year, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public async Task Change_ThatDoesNotConcern_AsksNothing_ButResyncDoes()
    {
        await using var viewer = _questions.Join(Sites());

        _feed.Publish(ChangeKind.Job, "P0100001");
        _feed.Publish(ChangeKind.Resync, "");

        await Until(() => _answers.Asked == 2);
        Assert.Equal(2, _answers.Asked);
    }

    [Fact]
    public async Task Question_FailsLater_KeepsTheValueAndSaysSo()
    {
        _answers.Answer = n => n == 2 ? throw new InvalidOperationException() : n;
        await using var viewer = new Looking(_questions.Join(Sites()));
        await Until(() => viewer.Last is not null);

        viewer.Viewer.Reload();

        await Until(() => viewer.Last!.Error is not null);
        Assert.Equal(1, viewer.Last!.Value);
    }

    [Fact]
    public async Task Join_WhatOthersAskAlready_IsToldAtOnceAndAskedOnceForAll()
    {
        await using var first = new Looking(_questions.Join(Sites()));
        await using var second = _questions.Join(Sites());
        Assert.Equal(1, second.Take()?.Value);
        await using var third = new Looking(second);

        _feed.Publish(ChangeKind.Site, "S01");

        await Until(() => first.Last?.Value == 2 && third.Last?.Value == 2);
        Assert.Equal(2, _answers.Asked);
        Assert.Equal(1, _feed.Listeners);
    }

    [Fact]
    public async Task Join_AnotherQuestion_IsAskedForItself()
    {
        await using var first = _questions.Join(Sites());
        await using var other = _questions.Join(Sites() with { Name = "other" });

        Assert.Equal(2, _answers.Asked);
    }

    [Fact]
    public async Task Changes_AfterNews_WaitLongerThanAfterTheSame()
    {
        var rows = new ConcurrentQueue<Page<string>>([Rows("a"), Rows("a"), Rows("b"), Rows("c")]);
        await using var viewer = _questions.Join(new ListQuestion(rows));

        _feed.Publish(ChangeKind.Site, "S01");
        await Until(() => rows.Count == 2 && _time.NextDue == TimeSpan.FromMilliseconds(20));

        _feed.Publish(ChangeKind.Site, "S01");
        _time.Advance(TimeSpan.FromMilliseconds(20));
        await Until(() => rows.Count == 1 && _time.NextDue == TimeSpan.FromMilliseconds(50));

        _feed.Publish(ChangeKind.Site, "S01");
        _time.Advance(TimeSpan.FromMilliseconds(50));
        await Until(() => rows.IsEmpty);

        static Page<string> Rows(string row) => new([row], 1, DateTimeOffset.UnixEpoch);
    }

    [Fact]
    public async Task Changes_AfterOneSlowAnswer_WaitNoLonger_AfterTwoTheyDo()
    {
        var took = new Dictionary<int, int> { [2] = 1, [3] = 60, [4] = 1, [5] = 40, [6] = 60, [7] = 900, [8] = 900 };
        _answers.Answer = n =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(took.GetValueOrDefault(n)));
            return n;
        };
        await using var viewer = _questions.Join(Sites());
        foreach (var (asked, window) in (IEnumerable<(int, int)>)[(2, 50), (3, 50), (4, 50), (5, 50), (6, 160), (7, 240), (8, 250)])
        {
            _feed.Publish(ChangeKind.Site, "S01");
            await Until(() => _answers.Asked == asked && _time.NextDue == TimeSpan.FromMilliseconds(window));
            _time.Advance(TimeSpan.FromMilliseconds(window));
        }
    }

    [Fact]
    public async Task Join_TheLastQuestionFailed_AsksAgain()
    {
        _answers.Answer = n => n == 1 ? throw new InvalidOperationException() : n;
        await using var first = new Looking(_questions.Join(Sites()));
        await Until(() => first.Last?.Error is not null);

        await using var second = new Looking(_questions.Join(Sites()));

        await Until(() => first.Last?.Value == 2 && second.Last?.Value == 2);
        Assert.Null(second.Last!.Error);
    }

    [Fact]
    public async Task Leave_TheLastViewer_StopsListening_TheFirstAloneDoesNot()
    {
        var first = _questions.Join(Sites());
        var second = new Looking(_questions.Join(Sites()));
        await first.DisposeAsync();
        Assert.Equal(1, _feed.Listeners);
        _feed.Publish(ChangeKind.Site, "S01");
        await Until(() => second.Last?.Value == 2);

        await second.DisposeAsync();
        await second.Viewer.DisposeAsync();
        _feed.Publish(ChangeKind.Site, "S01");

        Assert.Equal(0, _feed.Listeners);
        Assert.Equal(2, _answers.Asked);
        await using var third = _questions.Join(Sites());
        Assert.Equal(3, _answers.Asked);
    }

    [Fact]
    public async Task SlowViewer_IsShownTheNewest_AndHoldsUpNobody()
    {
        await using var slow = _questions.Join(Sites());
        await using var quick = new Looking(_questions.Join(Sites()));
        for (var i = 2; i <= 4; i++)
        {
            _feed.Publish(ChangeKind.Site, "S01");
            await UntilMoving(() => quick.Last?.Value == i);
        }

        Assert.Equal(4, slow.Take()?.Value);
        Assert.Null(slow.Take());
    }

    [Fact]
    public async Task Join_WithWhatIsKnown_AsksOnlyIfSomethingHasHappenedSince()
    {
        await using (var current = _questions.Join(Sites(), new Handover<int>(Guid.Empty, _feed.Sequence, 7)))
        {
            Assert.Equal(7, current.Take()?.Value);
            Assert.Equal(0, _answers.Asked);
        }

        _feed.Publish(ChangeKind.Job, "P0100001");
        await using var outdated = new Looking(_questions.Join(Sites(), new Handover<int>(Guid.Empty, _feed.Sequence - 1, 7)));
        await Until(() => outdated.Last?.Value == 1);
    }

    private Question Sites() => new(_answers, "sites");

    private static async Task Until(Func<bool> condition)
    {
        for (var i = 0; i < 500 && !condition(); i++)
        {
            await Task.Delay(10);
        }

        Assert.True(condition());
    }

    /// <summary>Moves the clock on until the condition holds.</summary>
    private async Task UntilMoving(Func<bool> condition)
    {
        for (var i = 0; i < 500 && !condition(); i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Delay(10);
        }

        Assert.True(condition());
    }

    private sealed class Answers
    {
        private int _asked;

        public int Asked => Volatile.Read(ref _asked);

        /// <summary>The answer to the n-th question.</summary>
        public Func<int, int> Answer { get; set; } = n => n;

        public int Next() => Answer(Interlocked.Increment(ref _asked));
    }

    private sealed record ListQuestion(ConcurrentQueue<Page<string>> Pages) : LiveListQuestion<string>
    {
        public override Task<Page<string>> AskAsync(CancellationToken cancellationToken) =>
            Task.FromResult(Pages.TryDequeue(out var page) ? page : throw new InvalidOperationException("Asked too often."));

        public override bool IsOutdatedBy(ChangeEvent change, Page<string>? last) => change.Kind == ChangeKind.Site;
    }

    private sealed record Question(Answers Answers, string Name) : LiveQuestion<int>
    {
        public override Task<int> AskAsync(CancellationToken cancellationToken) => Task.FromResult(Answers.Next());

        public override bool IsOutdatedBy(ChangeEvent change, int last) => change.Kind == ChangeKind.Site;
    }

    /// <summary>A viewer who takes what is offered at once.</summary>
    private sealed class Looking : IAsyncDisposable
    {
        private readonly Task _looking;
        private volatile LiveState<int>? _last;

        public Looking(LiveViewer<int> viewer)
        {
            Viewer = viewer;
            _looking = LookAsync();
        }

        public LiveViewer<int> Viewer { get; }

        public LiveState<int>? Last => _last;

        public async ValueTask DisposeAsync()
        {
            await Viewer.DisposeAsync();
            await _looking;
        }

        private async Task LookAsync()
        {
            await foreach (var state in Viewer.States())
            {
                _last = state;
            }
        }
    }
}
