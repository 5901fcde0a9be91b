namespace SmsConsole.Data;

/// <summary>
/// The writers of this process, one at a time and first come first served, without holding a thread while they wait. SQLite has one
/// writer anyhow, but lets the others poll; writers of other processes are waited for by the database.
/// </summary>
internal sealed class WriterQueue : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly AsyncLocal<bool> _writing = new();

    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> write, CancellationToken cancellationToken)
    {
        if (_writing.Value)
        {
            throw new InvalidOperationException("A write inside a write would wait for itself: use the context of the transaction that runs.");
        }

        await _turn.WaitAsync(cancellationToken);
        _writing.Value = true;
        try
        {
            return await write(cancellationToken);
        }
        finally
        {
            _writing.Value = false;
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}
