using System.Threading.Channels;
using SmsConsole.Engine;

namespace SmsConsole.Web.Live;

/// <summary>What a live view has to show: a value, or why there is none, or both (the last value and why it could not be refreshed).</summary>
internal sealed record LiveState<T>(T? Value, bool HasValue, Exception? Error);

/// <summary>
/// Keeps a query's answer current: listens first, then asks, then asks again whenever something it concerns has changed. The first
/// change is answered at once; those that follow share one question per window, which grows with the cost of the question.
/// </summary>
internal sealed class LiveQuery<T>(IChangeFeed feed, TimeProvider time, Func<CancellationToken, Task<T>> load, Func<ChangeEvent, bool> concerns, Func<LiveState<T>, Task> show) : IAsyncDisposable
{
    private static readonly TimeSpan ShortestWindow = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestWindow = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private TaskCompletionSource _hurry = NewSource();
    private LiveState<T> _state = new(default, false, null);
    private IChangeSubscription? _subscription;
    private Task _loop = Task.CompletedTask;

    /// <summary>Asks once without listening: for a page that is rendered on the server only.</summary>
    public Task LoadOnceAsync() => AskAsync();

    /// <summary>Listens, asks, and stays current from there. Returns when the first answer has been shown.</summary>
    public async Task StartAsync()
    {
        Listen();
        await AskAsync();
        Follow();
    }

    /// <summary>The same from an answer that was given when the feed stood at <paramref name="sequence"/>: asks only if something has changed since.</summary>
    public async Task StartFromAsync(T value, long sequence)
    {
        Listen();
        _state = new LiveState<T>(value, true, null);
        await show(_state);
        if (feed.Sequence != sequence)
        {
            await AskAsync();
        }

        Follow();
    }

    /// <summary>Asks again at once: what is asked for has changed, or somebody wants to try again.</summary>
    public void Reload()
    {
        _wake.Writer.TryWrite(true);
        _hurry.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _subscription?.Dispose();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Listen() => _subscription = feed.Subscribe(change => change.Kind == ChangeKind.Resync || concerns(change));

    private void Follow()
    {
        if (!_stop.IsCancellationRequested)
        {
            _loop = Task.WhenAll(ListenAsync(_subscription!), AnswerAsync());
        }
    }

    private async Task ListenAsync(IChangeSubscription subscription)
    {
        await foreach (var _ in subscription.ReadAsync(_stop.Token))
        {
            _wake.Writer.TryWrite(true);
        }
    }

    private async Task AnswerAsync()
    {
        while (true)
        {
            await _wake.Reader.ReadAsync(_stop.Token);
            _hurry = NewSource();
            var started = time.GetTimestamp();
            await AskAsync();
            var window = time.GetElapsedTime(started) * 4;
            window = window < ShortestWindow ? ShortestWindow : window > LongestWindow ? LongestWindow : window;
            await Task.WhenAny(Task.Delay(window, time, _stop.Token), _hurry.Task);
            _stop.Token.ThrowIfCancellationRequested();
        }
    }

    private async Task AskAsync()
    {
        try
        {
            _state = new LiveState<T>(await load(_stop.Token), true, null);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e)
        {
            // A view must survive whatever its question meets: the page shows it with a way to try again, and keeps what it had.
            _state = _state with { Error = e };
        }

        if (!_stop.IsCancellationRequested)
        {
            await show(_state);
        }
    }
}
