using System.Threading.Channels;
using SmsConsole.Engine;

namespace SmsConsole.Web.Live;

/// <summary>
/// Keeps the answer to a question current for all who look at it: listens first, then asks, then asks again whenever something it concerns has
/// changed. The first change is answered at once; those that follow share one question per window, which grows with the cost of the question and
/// is longer after an answer that was news: its viewers are drawing it. Of many changes few may concern what is on the page. What the question
/// costs is the lesser of its last two times: one that took long among others that did not waited for the machine.
/// </summary>
internal sealed class LiveQuery<T>(IChangeFeed feed, TimeProvider time, LiveQuestion<T> question) : IAsyncDisposable
{
    private static readonly TimeSpan WindowAfterNews = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan WindowAfterTheSame = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestWindow = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _gate = new();
    private readonly List<LiveViewer<T>> _viewers = [];
    private TaskCompletionSource _hurry = NewSource();
    private LiveState<T> _state = LiveState<T>.Nothing;
    private Task? _loop;

    /// <summary>
    /// Shows what is known to one more viewer, now and whenever it changes. The first one makes the query listen and ask; who finds that the last
    /// question failed makes it ask again.
    /// </summary>
    /// <param name="known">An answer that was given when the feed stood at its sequence: asked again only if something has happened since.</param>
    public void Add(LiveViewer<T> viewer, Handover<T>? known)
    {
        lock (_gate)
        {
            _viewers.Add(viewer);
            if (_loop is null && known is not null)
            {
                _state = new LiveState<T>(known.Value, true, null, known.Sequence);
            }

            if (_state.Error is not null)
            {
                Reload();
            }
            else if (_state.HasValue)
            {
                viewer.Offer(_state);
            }

            if (_loop is not null)
            {
                return;
            }

            _loop = Task.CompletedTask;
        }

        Start(known?.Sequence);
    }

    public void Remove(LiveViewer<T> viewer)
    {
        lock (_gate)
        {
            _viewers.Remove(viewer);
        }
    }

    /// <summary>Asks again at once: somebody wants to see what they have done, or to try again.</summary>
    public void Reload()
    {
        _wake.Writer.TryWrite(true);
        _hurry.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await (_loop ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Start(long? knownAt)
    {
        // The query outlives the circuit of the viewer who came first: it takes neither its thread nor its context along.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            using (ExecutionContext.SuppressFlow())
            {
                var subscription = feed.Subscribe(change => change.Kind == ChangeKind.Resync || question.IsOutdatedBy(change, _state.Value));
                _loop = Task.WhenAll(ListenAsync(subscription), AnswerAsync(feed.Sequence == knownAt ? Task.CompletedTask : AskAsync()));
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private async Task ListenAsync(IChangeSubscription subscription)
    {
        using (subscription)
        {
            await foreach (var _ in subscription.ReadAsync(_stop.Token))
            {
                _wake.Writer.TryWrite(true);
            }
        }
    }

    private async Task AnswerAsync(Task first)
    {
        await first;
        var tookBefore = TimeSpan.Zero;
        while (true)
        {
            await _wake.Reader.ReadAsync(_stop.Token);
            _hurry = NewSource();
            var started = time.GetTimestamp();
            var shortest = await AskAsync() ? WindowAfterNews : WindowAfterTheSame;
            var took = time.GetElapsedTime(started);
            var window = (took < tookBefore ? took : tookBefore) * 4;
            tookBefore = took;
            window = window < shortest ? shortest : window > LongestWindow ? LongestWindow : window;
            await Task.WhenAny(Task.Delay(window, time, _stop.Token), _hurry.Task);
            _stop.Token.ThrowIfCancellationRequested();
        }
    }

    /// <returns>Whether the answer was news, and the viewers were offered it.</returns>
    private async Task<bool> AskAsync()
    {
        LiveState<T> state;
        var at = feed.Sequence;
        try
        {
            state = new LiveState<T>(await question.AskAsync(_stop.Token), true, null, at);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception e)
        {
            // A view must survive whatever its question meets: the page shows it with a way to try again, and keeps what it had.
            state = _state with { Error = e };
        }

        lock (_gate)
        {
            var isSame = _state is { HasValue: true, Error: null } && state.Error is null && question.IsSame(_state.Value!, state.Value!);
            _state = state;
            if (!isSame)
            {
                _viewers.ForEach(v => v.Offer(state));
            }

            return !isSame;
        }
    }
}
