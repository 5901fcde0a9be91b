using SmsConsole.Engine;
using SmsConsole.TestKit;
using SmsConsole.Web.Live;

namespace SmsConsole.Web.Tests.Live;

public sealed class LiveQueryTests
{
    private readonly FakeChangeFeed _feed = new();
    private readonly ManualTimeProvider _time = new();
    private readonly List<LiveState<int>> _shown = [];
    private int _asked;

    [Fact]
    public async Task Start_AChangeDuringTheFirstQuestion_IsNotLost()
    {
        await using var query = Query(() =>
        {
            if (_asked == 1)
            {
                _feed.Publish(ChangeKind.Site, "S01");
            }

            return _asked;
        });

        await query.StartAsync();

        await Until(() => _asked == 2);
    }

    [Fact]
    public async Task Changes_ManyAtOnce_AskTwiceNotManyTimes()
    {
        await using var query = Query(() => _asked);
        await query.StartAsync();
        for (var i = 0; i < 100; i++)
        {
            _feed.Publish(ChangeKind.Site, "S01");
        }

        await Until(() => _asked == 2);
        Assert.Equal(2, _asked);
        await UntilMoving(() => _asked == 3);
        Assert.Equal(3, _asked);
    }

    [Fact]
    public async Task Change_ThatDoesNotConcern_AsksNothing_ButResyncDoes()
    {
        await using var query = Query(() => _asked);
        await query.StartAsync();

        _feed.Publish(ChangeKind.Job, "P0100001");
        _feed.Publish(ChangeKind.Resync, "");

        await Until(() => _asked == 2);
        Assert.Equal(2, _asked);
    }

    [Fact]
    public async Task Load_FailsLater_KeepsTheValueAndSaysSo()
    {
        await using var query = Query(() => _asked == 2 ? throw new InvalidOperationException() : _asked);
        await query.StartAsync();

        query.Reload();

        await Until(() => _shown.Count == 2);
        Assert.Equal(1, _shown[1].Value);
        Assert.NotNull(_shown[1].Error);
    }

    [Fact]
    public async Task Dispose_StopsListeningAndShowsNothingMore()
    {
        var query = Query(() => _asked);
        await query.StartAsync();

        await query.DisposeAsync();
        _feed.Publish(ChangeKind.Site, "S01");

        Assert.Equal(0, _feed.Listeners);
        Assert.Single(_shown);
    }

    private LiveQuery<int> Query(Func<int> answer) => new(_feed, _time, _ =>
    {
        _asked++;
        return Task.FromResult(answer());
    }, change => change.Kind == ChangeKind.Site, state =>
    {
        lock (_shown)
        {
            _shown.Add(state);
        }

        return Task.CompletedTask;
    });

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
}
