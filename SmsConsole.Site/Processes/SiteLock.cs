namespace SmsConsole.SiteServer;

/// <summary>A lock that the operating system releases when its process ends, however it ends.</summary>
public sealed class SiteLock : IDisposable
{
    private readonly FileStream _stream;

    private SiteLock(FileStream stream) => _stream = stream;

    /// <summary>Null when another process holds it.</summary>
    public static SiteLock? TryAcquire(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return new SiteLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Tries until the time is over: whoever only looks holds it for an instant.</summary>
    public static async Task<SiteLock?> AcquireAsync(string path, TimeSpan patience, CancellationToken cancellationToken)
    {
        var until = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        while (true)
        {
            if (TryAcquire(path) is { } held)
            {
                return held;
            }

            if (Environment.TickCount64 >= until)
            {
                return null;
            }

            await Task.Delay(20, cancellationToken);
        }
    }

    /// <summary>True while some process holds it.</summary>
    public static bool IsHeld(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        using var mine = TryAcquire(path);
        return mine is null;
    }

    public void Dispose() => _stream.Dispose();
}
