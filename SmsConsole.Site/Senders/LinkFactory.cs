using System.Diagnostics;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.SiteServer;

/// <summary>Opens links to paths of this machine and to hosts over SSH. Connections to a host are kept for a while and shared by its sessions.</summary>
public sealed class LinkFactory(IDisk disk, ISiteProcesses processes, TimeProvider clock) : ILinkFactory, IAsyncDisposable
{
    private static readonly TimeSpan _keep = TimeSpan.FromSeconds(60);
    private readonly Dictionary<LinkAddress, SshMaster> _masters = [];
    private readonly SemaphoreSlim _gate = new(1, 1);

    /// <summary>Sessions end wherever they are, outside the gate.</summary>
    private readonly Lock _counting = new();

    public async Task<ISiteLink> OpenAsync(LinkAddress address, CancellationToken cancellationToken) =>
        address.Transport switch
        {
            "local" => new PathLink(disk, processes, address.Directory, clock),
            "ssh" => await OpenSshAsync(address, cancellationToken),
            _ => throw new LinkException(LinkStage.Resolve, $"There is no transport {address.Transport}.", retryable: false),
        };

    public async Task<IReadOnlyList<string>> ScanHostKeysAsync(string host, int port, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("ssh-keyscan") { UseShellExecute = false, CreateNoWindow = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["-T", "8", "-t", "ed25519,ecdsa,rsa", "-p", port.ToString(System.Globalization.CultureInfo.InvariantCulture), "--", host])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = StartScan(start);
        var errors = ProgramOutput.ReadEndAsync(process.StandardError, ProgramOutput.KeptErrors, cancellationToken);
        if (await ProgramOutput.ReadAsync(process.StandardOutput.BaseStream, ProgramOutput.MaximumAnswer, cancellationToken) is not { } output)
        {
            process.Kill();
            throw new LinkException(LinkStage.HostKey, $"{host}, port {port}, offers more host keys than a host has.", retryable: false);
        }

        await process.WaitForExitAsync(cancellationToken);
        var keys = output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(l => !l.StartsWith('#'))
            .Select(l => l.Split(' ', 2))
            .Where(p => p.Length == 2)
            .Select(p => p[1].Trim())
            .ToList();
        return keys.Count > 0
            ? keys
            : throw new LinkException(LinkStage.Connect, $"{host}, port {port}, offers no host key: {(await errors).Trim().Split('\n')[^1].Trim() switch { "" => "no answer", var text => text }}");
    }

    private static Process StartScan(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new LinkException(LinkStage.Connect, $"OpenSSH's program ssh-keyscan cannot be started: {e.Message}", retryable: false, e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var master in _masters.Values)
        {
            await master.DisposeAsync();
        }

        _masters.Clear();
        _gate.Dispose();
    }

    private async Task<ISiteLink> OpenSshAsync(LinkAddress address, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            await ForgetIdleAsync();
            if (_masters.TryGetValue(address, out var master) && master.IsAlive)
            {
                Begin(master);
                return new SshLink(disk, master, address, clock, () => Release(master));
            }

            if (master is not null)
            {
                _masters.Remove(address);
                await master.DisposeAsync();
            }
        }
        finally
        {
            _gate.Release();
        }

        // Outside the gate: one host that does not answer must not keep the others waiting.
        var connected = await SshMaster.ConnectAsync(address, clock, cancellationToken);
        await _gate.WaitAsync(cancellationToken);
        try
        {
            Begin(connected);
            if (_masters.TryAdd(address, connected))
            {
                return new SshLink(disk, connected, address, clock, () => Release(connected));
            }

            // Somebody else connected meanwhile: this one serves its caller alone and goes with it.
            return new SshLink(disk, connected, address, clock, () => _ = connected.DisposeAsync().AsTask());
        }
        finally
        {
            _gate.Release();
        }
    }

    private void Begin(SshMaster master)
    {
        lock (_counting)
        {
            master.Sessions++;
        }
    }

    private void Release(SshMaster master)
    {
        lock (_counting)
        {
            master.IdleSince = clock.GetUtcNow();
            master.Sessions--;
        }
    }

    private bool IsIdle(SshMaster master, DateTimeOffset now)
    {
        lock (_counting)
        {
            return master.Sessions <= 0 && now - master.IdleSince > _keep;
        }
    }

    private async Task ForgetIdleAsync()
    {
        var now = clock.GetUtcNow();
        foreach (var (address, master) in _masters.Where(m => !m.Value.IsAlive || IsIdle(m.Value, now)).ToList())
        {
            _masters.Remove(address);
            await master.DisposeAsync();
        }
    }
}
