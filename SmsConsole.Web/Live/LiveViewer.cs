using System.Threading.Channels;

namespace SmsConsole.Web.Live;

/// <summary>One who looks at a question's answer. One who is slow is shown the newest when they can take it, and holds up nobody else.</summary>
internal sealed class LiveViewer<T>(LiveQuestions questions, LiveQuestion<T> question, LiveQuery<T> query) : IAsyncDisposable
{
    private readonly Channel<LiveState<T>> _states = Channel.CreateBounded<LiveState<T>>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
    private int _left;

    public void Offer(LiveState<T> state) => _states.Writer.TryWrite(state);

    /// <summary>What there is to show and has not been taken; null when there is nothing (yet).</summary>
    public LiveState<T>? Take() => _states.Reader.TryRead(out var state) ? state : null;

    /// <summary>What is to be shown, the newest at a time, until the viewer leaves.</summary>
    public IAsyncEnumerable<LiveState<T>> States() => _states.Reader.ReadAllAsync();

    /// <inheritdoc cref="LiveQuery{T}.Reload"/>
    public void Reload() => query.Reload();

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _left, 1) == 0)
        {
            _states.Writer.TryComplete();
            await questions.LeaveAsync(question, query, this);
        }
    }
}
