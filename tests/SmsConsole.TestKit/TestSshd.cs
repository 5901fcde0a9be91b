using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace SmsConsole.TestKit;

/// <summary>A real sshd on loopback with keys of its own, stopped by its process id.</summary>
public sealed class TestSshd : IAsyncDisposable
{
    private readonly string _folder;
    private Process? _process;
    private string? _forced;
    private int _signIns;

    private TestSshd(string folder, int port) => (_folder, Port) = (folder, port);

    public int Port { get; }

    public static string User => Environment.UserName;

    /// <summary>"type base64", as it is pinned.</summary>
    public string HostKey => ReadPublic("host");

    /// <summary>OpenSSH private key text of an account that may sign in.</summary>
    public string PrivateKey => File.ReadAllText(Path.Combine(_folder, "user"));

    /// <summary>Where sshd lies on this system, or null without one.</summary>
    public static string? Program => ((string[])["/usr/sbin/sshd", "/usr/local/sbin/sshd"]).FirstOrDefault(File.Exists);

    public static async Task<TestSshd> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("sshd-").FullName;
        await RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", Path.Combine(folder, "host"));
        await RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", Path.Combine(folder, "user"));
        File.Copy(Path.Combine(folder, "user.pub"), Path.Combine(folder, "authorized"));
        var sshd = new TestSshd(folder, FreePort());
        await sshd.BeginAsync();
        return sshd;
    }

    /// <summary>Gives the host another key, as when it is replaced.</summary>
    public async Task ReplaceHostKeyAsync()
    {
        await StopAsync();
        File.Delete(Path.Combine(_folder, "host"));
        File.Delete(Path.Combine(_folder, "host.pub"));
        await RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", Path.Combine(_folder, "host"));
        await BeginAsync();
    }

    /// <summary>Stops the listener and cuts the connections it has.</summary>
    public async Task StopAsync()
    {
        if (_process is null)
        {
            return;
        }

        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public Task RestartAsync() => BeginAsync();

    /// <summary>How often somebody has signed in.</summary>
    public int SignIns => _signIns;

    /// <summary>Whatever a session asks for, it gets this command.</summary>
    public async Task ForceAsync(string command)
    {
        await StopAsync();
        _forced = command;
        await BeginAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task BeginAsync()
    {
        var configuration = Path.Combine(_folder, "sshd_config");
        await File.WriteAllTextAsync(configuration, string.Create(CultureInfo.InvariantCulture, $"""
            Port {Port}
            ListenAddress 127.0.0.1
            HostKey {_folder}/host
            PidFile {_folder}/pid
            AuthorizedKeysFile {_folder}/authorized
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            PermitRootLogin yes
            UsePAM no
            StrictModes no
            MaxStartups 500
            MaxSessions 500
            {(_forced is null ? "" : "ForceCommand " + _forced)}

            """));
        if (Environment.UserName == "root")
        {
            Directory.CreateDirectory("/run/sshd");
        }

        _process = Process.Start(new ProcessStartInfo(Program ?? throw new InvalidOperationException("No sshd: apt-get install openssh-server"))
        {
            ArgumentList = { "-D", "-e", "-f", configuration },
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data?.StartsWith("Accepted ", StringComparison.Ordinal) == true)
            {
                Interlocked.Increment(ref _signIns);
            }
        };
        _process.BeginErrorReadLine();
        for (var i = 0; i < 500; i++)
        {
            using var probe = new TcpClient();
            try
            {
                await probe.ConnectAsync(IPAddress.Loopback, Port);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(10);
            }
        }

        throw new InvalidOperationException("sshd did not begin to listen.");
    }

    private string ReadPublic(string name) => string.Join(' ', File.ReadAllText(Path.Combine(_folder, name + ".pub")).Split(' ').Take(2)).Trim();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with code {process.ExitCode}.");
        }
    }
}
