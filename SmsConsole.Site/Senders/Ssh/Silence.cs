namespace SmsConsole.SiteServer;

/// <summary>How long nothing has come from the far side. Its token is cancelled when that is too long, and when the caller's is.</summary>
internal sealed class Silence : IDisposable
{
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _either;
    private readonly CancellationToken _caller;

    public Silence(TimeProvider clock, TimeSpan limit, CancellationToken caller)
    {
        (Limit, _caller) = (limit, caller);
        _timer = new CancellationTokenSource(limit, clock);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, caller);
    }

    public TimeSpan Limit { get; private set; }

    public CancellationToken Token => _either.Token;

    public bool IsOver => _timer.IsCancellationRequested && !_caller.IsCancellationRequested;

    public void Restart(TimeSpan limit)
    {
        Limit = limit;
        _timer.CancelAfter(limit);
    }

    public void Dispose()
    {
        _either.Dispose();
        _timer.Dispose();
    }
}
