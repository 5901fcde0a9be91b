namespace SmsConsole.SiteServer;

/// <summary>How long nothing has come from the far side. Its token is cancelled when that is too long, and when the caller's is.</summary>
internal sealed class Silence : IDisposable
{
    /// <summary>
    /// What the far side may keep silent beside its work. A connection that is dead ends within a minute by itself; this is for a program that hangs behind one
    /// that lives, and is above what it waits for itself (a minute, for the Bootstrap service's confirmation).
    /// </summary>
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    /// <summary>Bytes a second over the slowest line there is: what was handed to ssh may be under way for as long as that takes.</summary>
    private const int SlowestLine = 4 << 10;

    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _either;
    private readonly CancellationToken _caller;
    private TimeSpan _limit;

    /// <param name="work">What the far side may take for what it was asked.</param>
    public Silence(TimeProvider clock, TimeSpan work, CancellationToken caller)
    {
        (_limit, _caller) = (_patience + work, caller);
        _timer = new CancellationTokenSource(_limit, clock);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, caller);
    }

    public CancellationToken Token => _either.Token;

    public bool IsOver => _timer.IsCancellationRequested && !_caller.IsCancellationRequested;

    /// <summary>How long that many bytes may be under way.</summary>
    public static TimeSpan Sending(long bytes) => TimeSpan.FromSeconds(bytes / SlowestLine);

    /// <summary>Something has come; the next may take that long, beside the patience there always is.</summary>
    public void Restart(TimeSpan work)
    {
        _limit = _patience + work;
        _timer.CancelAfter(_limit);
    }

    /// <summary>What to say when it <see cref="IsOver"/>.</summary>
    public LinkException Explain(LinkAddress address, Exception inner) =>
        new(LinkStage.Transfer, $"The site server at {address.Host} did not answer for {_limit.TotalMinutes:0.#} min. The session was ended; it is tried again.", inner: inner);

    public void Dispose()
    {
        _either.Dispose();
        _timer.Dispose();
    }
}
