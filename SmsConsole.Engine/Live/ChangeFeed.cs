using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace SmsConsole.Engine;

/// <summary>
/// Hands committed changes to every listener of this process. Publishing never waits: each listener has a bounded queue, and one
/// that is full costs its listener a single <see cref="ChangeKind.Resync"/>, nobody else anything.
/// </summary>
internal sealed class ChangeFeed(TimeProvider clock) : IChangeFeed
{
    /// <summary>Events a listener may lag behind. A page coalesces for a quarter of a second; at 1,000 events/s that is 250.</summary>
    public const int QueueLength = 2048;

    private readonly Lock _gate = new();
    private Subscription[] _subscriptions = [];
    private long _sequence;

    public long Sequence => Interlocked.Read(ref _sequence);

    public IChangeSubscription Subscribe(Func<ChangeEvent, bool>? filter = null)
    {
        var subscription = new Subscription(this, filter);
        lock (_gate)
        {
            _subscriptions = [.. _subscriptions, subscription];
        }

        return subscription;
    }

    /// <summary>Publishes one change to those who listen now.</summary>
    public void Publish(ChangeKind kind, string id, long revision, DateTimeOffset at)
    {
        // The lock keeps the order of sequence numbers the order of arrival at every listener.
        lock (_gate)
        {
            var change = new ChangeEvent(Interlocked.Increment(ref _sequence), kind, id, revision, at);
            foreach (var subscription in _subscriptions)
            {
                subscription.Offer(change);
            }
        }
    }

    /// <summary>Tells everyone to read again: changes were missed (the database was away).</summary>
    public void PublishResync() => Publish(ChangeKind.Resync, "", 0, clock.GetUtcNow());

    private void Remove(Subscription subscription)
    {
        lock (_gate)
        {
            _subscriptions = [.. _subscriptions.Where(s => s != subscription)];
        }
    }

    private sealed class Subscription(ChangeFeed feed, Func<ChangeEvent, bool>? filter) : IChangeSubscription
    {
        private readonly Channel<ChangeEvent> _queue = Channel.CreateBounded<ChangeEvent>(
            new BoundedChannelOptions(QueueLength) { SingleReader = true, SingleWriter = true, FullMode = BoundedChannelFullMode.Wait });

        private readonly Lock _missedGate = new();
        private ChangeEvent? _missed;

        public void Offer(ChangeEvent change)
        {
            if (change.Kind != ChangeKind.Resync && filter is not null && !filter(change))
            {
                return;
            }

            lock (_missedGate)
            {
                // Once something was missed the rest is missed too, until the listener has emptied its queue and been told.
                if (_missed is not null || !_queue.Writer.TryWrite(change))
                {
                    _missed = change;
                }
            }
        }

        public async IAsyncEnumerable<ChangeEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            while (await _queue.Reader.WaitToReadAsync(cancellationToken))
            {
                while (_queue.Reader.TryRead(out var change))
                {
                    yield return change;
                }

                if (TakeMissed() is { } missed)
                {
                    yield return new ChangeEvent(missed.Sequence, ChangeKind.Resync, "", 0, missed.At);
                }
            }
        }

        public void Dispose()
        {
            feed.Remove(this);
            _queue.Writer.TryComplete();
        }

        private ChangeEvent? TakeMissed()
        {
            lock (_missedGate)
            {
                var missed = _missed;
                _missed = null;
                return missed;
            }
        }
    }
}
