using System.Runtime.CompilerServices;
using System.Threading.Channels;
using SmsConsole.Engine;

namespace SmsConsole.TestKit;

/// <summary>A change feed that a test speaks through. Counts its listeners, so that a test sees one that was left behind.</summary>
public sealed class FakeChangeFeed : IChangeFeed
{
    private readonly Lock _gate = new();
    private readonly List<Subscription> _open = [];
    private long _sequence;

    public int Listeners
    {
        get
        {
            lock (_gate)
            {
                return _open.Count;
            }
        }
    }

    public long Sequence
    {
        get
        {
            lock (_gate)
            {
                return _sequence;
            }
        }
    }

    public IChangeSubscription Subscribe(Func<ChangeEvent, bool>? filter = null)
    {
        var subscription = new Subscription(this, filter ?? (_ => true));
        lock (_gate)
        {
            _open.Add(subscription);
        }

        return subscription;
    }

    public void Publish(ChangeKind kind, string id)
    {
        lock (_gate)
        {
            var change = new ChangeEvent(++_sequence, kind, id, _sequence, DateTimeOffset.UtcNow);
            foreach (var subscription in _open.Where(s => s.Filter(change)))
            {
                subscription.Changes.Writer.TryWrite(change);
            }
        }
    }

    private sealed class Subscription(FakeChangeFeed feed, Func<ChangeEvent, bool> filter) : IChangeSubscription
    {
        public Func<ChangeEvent, bool> Filter { get; } = filter;

        public Channel<ChangeEvent> Changes { get; } = Channel.CreateUnbounded<ChangeEvent>();

        public async IAsyncEnumerable<ChangeEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (var change in Changes.Reader.ReadAllAsync(cancellationToken))
            {
                yield return change;
            }
        }

        public void Dispose()
        {
            lock (feed._gate)
            {
                feed._open.Remove(this);
            }

            Changes.Writer.TryComplete();
        }
    }
}
