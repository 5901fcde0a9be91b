using System.Diagnostics;
using System.Text;

namespace SmsConsole.SiteServer;

/// <summary>
/// One authenticated connection of OpenSSH's client, shared by all sessions to a destination. The host key is the pinned one or there is no
/// connection; the private key lies in a folder of its own, readable by this account alone, only while the connection is being made. The connection ends with this process, and the folder goes with it, however this process ends; a key that
/// outlived even the watcher of that (a container that was killed) goes when the next connection is made.
/// </summary>
internal sealed class SshMaster : IAsyncDisposable
{
    /// <summary>What the name of a connection's folder begins with.</summary>
    internal const string Prefix = "sms-ssh-";

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);
    private readonly LinkAddress _address;
    private readonly string _folder;
    private readonly Process _process;

    private SshMaster(LinkAddress address, string folder, Process process) => (_address, _folder, _process) = (address, folder, process);

    public bool IsAlive => !_process.HasExited;

    public int Sessions { get; set; }

    public DateTimeOffset IdleSince { get; set; }

    public static async Task<SshMaster> ConnectAsync(LinkAddress address, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (address.HostKey is null)
        {
            throw new LinkException(LinkStage.HostKey, $"No host key is pinned for {address.Host}.", retryable: false);
        }

        // Short: a socket's path may have about a hundred characters.
        var folder = Directory.CreateTempSubdirectory(Prefix).FullName;
        Process? process = null;
        try
        {
            await WriteSecretsAsync(address, folder, cancellationToken);
            process = Start(address, folder);
            await WaitForSocketAsync(address, folder, process, clock, cancellationToken);
            File.Delete(KeyFile(folder)); // signed in: nobody needs it on disk any more
            return new SshMaster(address, folder, process);
        }
        catch
        {
            // However it ended, no process and no private key stays behind.
            if (process is { HasExited: false })
            {
                process.Kill();
            }

            process?.Dispose();
            DeleteFolder(folder);
            throw;
        }
    }

    private static string KeyFile(string folder) => Path.Combine(folder, "key");

    private static async Task WriteSecretsAsync(LinkAddress address, string folder, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "hosts"), $"sms-site {address.HostKey}\n", cancellationToken);
        if (address.PrivateKey is null)
        {
            return;
        }

        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var stream = new FileStream(KeyFile(folder), options);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(address.PrivateKey.ReplaceLineEndings("\n").TrimEnd('\n') + "\n"), cancellationToken);
    }

    /// <summary>
    /// $1 is the folder, the rest the command. Becomes ssh, beside a watcher that ends it and deletes the folder when standard input closes. The watcher first
    /// deletes keys minutes old, which no connection needs any more: only from this account's own folders, since others may write beside them.
    /// </summary>
    internal const string EndWithOwner = """
        folder=$1; shift; exec 3<&0
        ( find "${folder%/*}" -maxdepth 1 -type d -name "sms-ssh-*" -user "$(id -u)" -exec find "{}" -maxdepth 1 -type f -name key -mmin +2 -delete ";"
        cat <&3; kill $$; rm -rf "$folder" ) >/dev/null 2>&1 &
        exec "$@" </dev/null 3<&-
        """;

    private static Process Start(LinkAddress address, string folder)
    {
        var start = Describe(address, folder, signsIn: true);
        start.ArgumentList.Insert(0, "-N");
        start.ArgumentList.Insert(0, "-M");
        start.RedirectStandardInput = true;
        start.RedirectStandardError = true;
        if (!OperatingSystem.IsWindows())
        {
            // Standard input closes when this process ends, however it ends: no connection outlives its owner.
            foreach (var argument in (string[])["ssh", folder, "sms-ssh", EndWithOwner, "-c"])
            {
                start.ArgumentList.Insert(0, argument);
            }

            start.FileName = "/bin/sh";
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new LinkException(LinkStage.Connect, $"OpenSSH's client program ssh cannot be started: {e.Message}", retryable: false, e);
        }
    }

    private static async Task WaitForSocketAsync(LinkAddress address, string folder, Process process, TimeProvider clock, CancellationToken cancellationToken)
    {
        var errors = ProgramOutput.ReadEndAsync(process.StandardError, ProgramOutput.KeptErrors, CancellationToken.None);
        var until = clock.GetUtcNow() + _patience;
        while (!File.Exists(Path.Combine(folder, "s")))
        {
            if (process.HasExited)
            {
                throw Explain(address, await errors);
            }

            if (clock.GetUtcNow() > until)
            {
                throw new LinkException(LinkStage.Connect, $"{address.Host} did not answer within {_patience.TotalSeconds:0} s.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), clock, cancellationToken);
        }
    }

    /// <summary>Starts a session that runs a constant script.</summary>
    public Process Start(string script)
    {
        var start = Describe(_address, _folder, signsIn: false);

        // The key is gone once the connection stands: without its socket a session must fail, not try to sign in by itself.
        start.ArgumentList.Insert(0, "ProxyCommand=false");
        start.ArgumentList.Insert(0, "-o");
        start.ArgumentList.Add(SshScripts.Command(script));
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        return Process.Start(start)!;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
        DeleteFolder(_folder);
    }

    private static void DeleteFolder(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // The watcher was there first.
        }
    }

    private static ProcessStartInfo Describe(LinkAddress address, string folder, bool signsIn)
    {
        var start = new ProcessStartInfo("ssh") { UseShellExecute = false, CreateNoWindow = true };
        var keyType = address.HostKey!.Split(' ')[0];
        string[] options =
        [
            "-F", "none",
            "-S", Path.Combine(folder, "s"),
            "-o", "BatchMode=yes",
            "-o", "StrictHostKeyChecking=yes",
            "-o", $"UserKnownHostsFile={Path.Combine(folder, "hosts")}",
            "-o", "GlobalKnownHostsFile=none",
            "-o", "HostKeyAlias=sms-site",
            "-o", "CheckHostIP=no",
            "-o", "UpdateHostKeys=no",
            "-o", "HostKeyAlgorithms=" + (keyType == "ssh-rsa" ? "rsa-sha2-512,rsa-sha2-256" : keyType),
            "-o", "ConnectTimeout=15",
            "-o", "ServerAliveInterval=15",
            "-o", "ServerAliveCountMax=4",
            "-o", "Ciphers=^aes128-gcm@openssh.com",
            "-o", "ClearAllForwardings=yes",
            "-p", address.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ];
        foreach (var option in options)
        {
            start.ArgumentList.Add(option);
        }

        if (signsIn && address.PrivateKey is not null)
        {
            start.ArgumentList.Add("-o");
            start.ArgumentList.Add("IdentitiesOnly=yes");
            start.ArgumentList.Add("-i");
            start.ArgumentList.Add(KeyFile(folder));
        }

        if (address.User is { Length: > 0 } user)
        {
            start.ArgumentList.Add("-l");
            start.ArgumentList.Add(user);
        }

        start.ArgumentList.Add("--");
        start.ArgumentList.Add(address.Host!);
        return start;
    }

    /// <summary>ssh's own words, sorted by what a person has to look at.</summary>
    internal static LinkException Explain(LinkAddress address, string errors)
    {
        var text = errors.Trim();
        bool Says(params ReadOnlySpan<string> words)
        {
            foreach (var word in words)
            {
                if (text.Contains(word, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }

            return false;
        }

        var last = text.Split('\n')[^1].Trim();
        if (Says("IDENTIFICATION HAS CHANGED", "Host key verification failed", "no matching host key"))
        {
            return new LinkException(LinkStage.HostKey, $"The host key of {address.Host} is not the pinned one. Either the host was replaced, or something stands between.", retryable: false);
        }

        if (Says("Permission denied", "Too many authentication failures", "invalid format", "error in libcrypto"))
        {
            return new LinkException(LinkStage.Authenticate, $"{address.Host} refused the account {address.User}: {last}", retryable: false);
        }

        if (Says("Could not resolve", "Name or service not known"))
        {
            return new LinkException(LinkStage.Resolve, $"The name {address.Host} cannot be resolved.");
        }

        return new LinkException(LinkStage.Connect, $"No connection to {address.Host}, port {address.Port}: {(last.Length > 0 ? last : "ssh ended without a word")}");
    }
}
