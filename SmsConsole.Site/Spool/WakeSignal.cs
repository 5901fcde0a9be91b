namespace SmsConsole.SiteServer.Spool;

/// <summary>
/// Shortens a wait when something has happened, or was put into a watched folder; many signals before somebody looks are one. File watchers lose
/// events and may not work on every file system: they are a hint, and whoever waits looks again when the time is over.
/// </summary>
public sealed class WakeSignal : IDisposable
{
    private readonly SemaphoreSlim _signal = new(0, 1);
    private readonly List<IDisposable> _watches = [];

    public WakeSignal(IDisk disk, params ReadOnlySpan<string> directories)
    {
        foreach (var directory in directories)
        {
            if (TryWatch(disk, directory, Set) is { } watch)
            {
                _watches.Add(watch);
            }
        }
    }

    /// <summary>Calls <paramref name="changed"/> when a name appears in the folder, until disposed; null where it cannot be watched, and the timer alone has to do.</summary>
    public static IDisposable? TryWatch(IDisk disk, string directory, Action changed)
    {
        disk.CreateDirectory(directory);
        try
        {
            var watcher = new FileSystemWatcher(directory) { NotifyFilter = NotifyFilters.FileName };
            watcher.Created += (_, _) => changed();
            watcher.Renamed += (_, _) => changed();
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (IOException)
        {
            return null; // out of watches
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
        _watches.ForEach(w => w.Dispose());
        _signal.Dispose();
    }
}
