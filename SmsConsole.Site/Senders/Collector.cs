using System.Collections.Concurrent;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.SiteServer;

/// <summary>Says whose outbound files this site has to fetch, and which sites it has to keep running.</summary>
public interface ICollectSources
{
    /// <summary>Addresses of the sites that are being installed or are installed.</summary>
    Task<IReadOnlyList<LinkAddress>> ListAsync(CancellationToken cancellationToken);
}

/// <summary>
/// The parent's other half of the LAN Sender: over SSH only the parent can reach the child, so it fetches what the child has laid out, waiting on the connection.
/// For sites on this machine, which deliver by themselves, it is the watchdog that starts a site server nobody else has started.
/// <list type="bullet">
/// <item>Woken by a change of a site; the timer is the guarantee.</item>
/// <item>Reads the addresses; holds one connection for each host.</item>
/// <item>May write DESPOOLR.BOX/RECEIVE, and start a site server.</item>
/// <item>Killed here: what was not acknowledged is still laid out at the child and is fetched again; a part that arrived is gone on with.</item>
/// </list>
/// </summary>
public sealed class Collector(IDisk disk, SmsRoot root, ILinkFactory links, ICollectSources sources, TimeProvider clock, TraceLog log, Action arrived) : IAsyncDisposable
{
    private static readonly TimeSpan _firstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _longestPause = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<LinkAddress, Collecting> _collecting = new();
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Collectings of sites that are wanted no more; they end by themselves.</summary>
    private readonly List<Collecting> _ending = [];

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        ForgetEnded();
        var wanted = await sources.ListAsync(cancellationToken);
        foreach (var (address, collecting) in _collecting)
        {
            if (!wanted.Contains(address) && _collecting.TryRemove(address, out _))
            {
                await collecting.Stop.CancelAsync();
                _ending.Add(collecting);
            }
        }

        foreach (var address in wanted)
        {
            if (address.Transport == "ssh")
            {
                _collecting.GetOrAdd(address, Begin);
            }
            else
            {
                await WatchAsync(address, cancellationToken);
            }
        }
    }

    /// <summary>Ends every collecting and returns when all have ended. A later round begins anew.</summary>
    public async Task StopAsync()
    {
        foreach (var address in _collecting.Keys)
        {
            if (_collecting.TryRemove(address, out var collecting))
            {
                await collecting.Stop.CancelAsync();
                _ending.Add(collecting);
            }
        }

        await Task.WhenAll(_ending.Select(c => c.Task));
        ForgetEnded();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await StopAsync();
        _stop.Dispose();
    }

    private void ForgetEnded()
    {
        foreach (var ended in _ending.Where(c => c.Task.IsCompleted).ToList())
        {
            _ending.Remove(ended);
            ended.Stop.Dispose();
        }
    }

    private async Task WatchAsync(LinkAddress address, CancellationToken cancellationToken)
    {
        try
        {
            await using var link = await links.OpenAsync(address, cancellationToken);
            await link.EnsureRunningAsync(cancellationToken);
        }
        catch (Exception e) when (e is LinkException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            log.Warning($"{address.Destination}: cannot see to its site server: {e.Message}");
        }
    }

    private Collecting Begin(LinkAddress address)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        return new Collecting(stop, Task.Run(() => CollectAsync(address, stop.Token), CancellationToken.None));
    }

    /// <summary>Connects, collects, and connects again when that ends, with growing pauses while it fails at once.</summary>
    private async Task CollectAsync(LinkAddress address, CancellationToken cancellationToken)
    {
        var pause = _firstPause;
        while (!cancellationToken.IsCancellationRequested)
        {
            var begun = clock.GetUtcNow();
            try
            {
                await using var link = await links.OpenAsync(address, cancellationToken);
                await link.EnsureRunningAsync(cancellationToken);
                await ((ICollectingLink)link).CollectAsync(new Drop(disk, root.Receive), arrived, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Whatever it was: a site nobody collects from is lost until this process ends, so it is tried again.
                pause = clock.GetUtcNow() - begun > _longestPause ? _firstPause : TimeSpan.FromTicks(Math.Min(_longestPause.Ticks, pause.Ticks * 2));
                log.Warning($"{address.Destination}: {e.Message} Collecting again in {pause.TotalSeconds:0} s.");
            }

            await Task.Delay(pause, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private sealed record Collecting(CancellationTokenSource Stop, Task Task);
}
