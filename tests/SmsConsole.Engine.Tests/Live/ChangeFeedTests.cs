using SmsConsole.TestKit;

namespace SmsConsole.Engine.Tests;

public class ChangeFeedTests
{
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public async Task ReadAsync_PublishedBeforeEnumeration_IsNotLost()
    {
        var feed = new ChangeFeed(_clock);
        using var subscription = feed.Subscribe();
        Publish(feed, 3);

        Assert.Equal(["1", "2", "3"], (await TakeAsync(subscription, 3)).Select(e => e.Id));
    }

    [Fact]
    public async Task ReadAsync_Filtered_SeesOnlyItsOwn()
    {
        var feed = new ChangeFeed(_clock);
        using var subscription = feed.Subscribe(e => e.Id == "2");
        Publish(feed, 3);

        Assert.Equal("2", Assert.Single(await TakeAsync(subscription, 1)).Id);
    }

    [Fact]
    public async Task ReadAsync_ListenerFellBehind_GetsOneResyncForWhatItMissed()
    {
        var feed = new ChangeFeed(_clock);
        using var subscription = feed.Subscribe();
        Publish(feed, ChangeFeed.QueueLength + 500);

        var read = await TakeAsync(subscription, ChangeFeed.QueueLength + 1);
        Assert.Equal(ChangeKind.Resync, read[^1].Kind);
        Assert.Equal(ChangeFeed.QueueLength + 500, read[^1].Sequence);
        Assert.Single(read, e => e.Kind == ChangeKind.Resync);

        Publish(feed, 1);
        Assert.Equal(ChangeKind.Site, Assert.Single(await TakeAsync(subscription, 1)).Kind);
    }

    [Fact]
    public async Task ReadAsync_SlowListener_CostsOthersNothing()
    {
        var feed = new ChangeFeed(_clock);
        using var slow = feed.Subscribe();
        using var quick = feed.Subscribe();
        for (var i = 0; i < 10; i++)
        {
            Publish(feed, 1000);
            Assert.DoesNotContain(await TakeAsync(quick, 1000), e => e.Kind == ChangeKind.Resync);
        }
    }

    [Fact]
    public async Task ReadAsync_Disposed_Ends()
    {
        var feed = new ChangeFeed(_clock);
        var subscription = feed.Subscribe();
        subscription.Dispose();
        Publish(feed, 1);

        Assert.Empty(await TakeAsync(subscription, 1));
    }

    private void Publish(ChangeFeed feed, int count)
    {
        for (var i = 1; i <= count; i++)
        {
            feed.Publish(ChangeKind.Site, $"{i}", 1, _clock.GetUtcNow());
        }
    }

    private static async Task<List<ChangeEvent>> TakeAsync(IChangeSubscription subscription, int count)
    {
        var read = new List<ChangeEvent>();
        await foreach (var change in subscription.ReadAsync(TestContext.Current.CancellationToken))
        {
            read.Add(change);
            if (read.Count == count)
            {
                break;
            }
        }

        return read;
    }
}
