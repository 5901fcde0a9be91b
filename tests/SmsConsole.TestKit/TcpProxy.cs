using System.Net;
using System.Net.Sockets;

namespace SmsConsole.TestKit;

/// <summary>Stands between a client and a port of this machine, counts what goes towards the server and cuts the line after so many bytes.</summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly CancellationTokenSource _stop = new();
    private readonly Queue<long> _cuts;
    private readonly Task _loop;
    private CancellationTokenSource _line = new();
    private long _sent;

    public TcpProxy(int target, params IEnumerable<long> cuts)
    {
        _target = target;
        _cuts = new Queue<long>(cuts);
        _listener.Start();
        _loop = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Bytes towards the server, over all connections.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    public int Cuts { get; private set; }

    /// <summary>Called at each cut, after the line is cut and before a new one is taken.</summary>
    public Func<Task>? WhenCut { get; set; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _line.CancelAsync();
        _listener.Stop();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var client = await _listener.AcceptTcpClientAsync(_stop.Token);
            _ = CarryAsync(client, _line.Token);
        }
    }

    private async Task CarryAsync(TcpClient client, CancellationToken cut)
    {
        using (client)
        using (var server = new TcpClient())
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _target, cut);
                var up = CopyAsync(client.GetStream(), server.GetStream(), count: true, cut);
                var down = CopyAsync(server.GetStream(), client.GetStream(), count: false, cut);
                await Task.WhenAny(up, down);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // Nobody there, or cut: the client sees its connection end.
            }
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, bool count, CancellationToken cut)
    {
        var buffer = new byte[1 << 16];
        try
        {
            for (int read; (read = await from.ReadAsync(buffer, cut)) > 0;)
            {
                await to.WriteAsync(buffer.AsMemory(0, read), cut);
                if (count && _cuts.TryPeek(out var at) && Interlocked.Add(ref _sent, read) >= at)
                {
                    await CutAsync();
                }
                else if (count && _cuts.Count == 0)
                {
                    Interlocked.Add(ref _sent, read);
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The other direction or a cut has ended it.
        }
    }

    private async Task CutAsync()
    {
        _cuts.Dequeue();
        Cuts++;
        var old = _line;
        _line = new CancellationTokenSource();
        await old.CancelAsync();
        if (WhenCut is not null)
        {
            await WhenCut();
        }
    }
}
