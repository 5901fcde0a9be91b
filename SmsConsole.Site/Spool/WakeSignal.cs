namespace SmsConsole.SiteServer.Spool;

/// <summary>
/// Shortens a wait when something was put into a watched folder. File watchers lose events and may not work on every file system: they are a
/// hint, and whoever waits looks again when the time is over.
/// </summary>
public sealed class WakeSignal : IDisposable
{
    private readonly SemaphoreSlim _signal = new(0, 1);
    private readonly List<FileSystemWatcher> _watchers = [];

    public WakeSignal(IDisk disk, params ReadOnlySpan<string> directories)
    {
        foreach (var directory in directories)
        {
            disk.CreateDirectory(directory);
            try
            {
                var watcher = new FileSystemWatcher(directory) { NotifyFilter = NotifyFilters.FileName };
                watcher.Created += (_, _) => Set();
                watcher.Renamed += (_, _) => Set();
                watcher.EnableRaisingEvents = true;
                _watchers.Add(watcher);
            }
            catch (IOException)
            {
                // Out of watches: the timer alone has to do.
            }
        }
    }

    public void Set()
    {
        try
        {
            _signal.Release();
        }
        catch (SemaphoreFullException)
        {
            // Already awake.
        }
        catch (ObjectDisposedException)
        {
            // Nobody waits any more.
        }
    }

    /// <summary>Returns when woken or when the time is over.</summary>
    public Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => _signal.WaitAsync(atMost, cancellationToken);

    public void Dispose()
    {
        _watchers.ForEach(w => w.Dispose());
        _signal.Dispose();
    }
}
