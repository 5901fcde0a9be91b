using System.Diagnostics;
using System.Text;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.SiteServer;

/// <summary>
/// Registers the site server with systemd, so that it comes back after a reboot. Where there is no systemd, or the account may not, the parent's watchdog
/// starts it instead.
/// </summary>
public sealed class SystemdUnit(IDisk disk, SmsRoot root, string siteCode) : ISiteService
{
    private const string Units = "/etc/systemd/system";
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    /// <summary>True where systemd runs this machine and this account may add services to it.</summary>
    public static bool IsAvailable => RunsThisMachine && Environment.IsPrivilegedProcess;

    public string Name => $"sms-site-{siteCode}.service";

    internal RegisteredRoot Registered { get; } = new(disk, root, " run --root ", '\'', StringComparison.Ordinal);

    private static bool RunsThisMachine => OperatingSystem.IsLinux() && Directory.Exists("/run/systemd/system");

    private string UnitFile => Path.Combine(Units, Name);

    /// <summary>The unit; the slot in use is looked up at each start, because an upgrade changes it. Null for a root whose path would need quoting.</summary>
    public string? Text()
    {
        if (!root.Path.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '_' or '-'))
        {
            return null;
        }

        var run = SiteProgram.IsSelfContained(ComponentSlots.Current(disk, root) ?? root.BootstrapDirectory)
            ? $"exec {root.Components}/$(cat {root.Components}/CURRENT)/sms-site run --root {root.Path}"
            : $"exec {SiteProgram.DotnetHost} {root.Components}/$(cat {root.Components}/CURRENT)/sms-site.dll run --root {root.Path}";
        return $"""
            [Unit]
            Description=SmsConsole site server {siteCode}
            After=network.target
            StartLimitIntervalSec=0

            [Service]
            ExecStart=/bin/sh -c '{run}'
            Restart=on-failure
            RestartSec=2
            RestartPreventExitStatus=3
            Environment=DOTNET_TieredPGO=0 DOTNET_gcConcurrent=0

            [Install]
            WantedBy=multi-user.target

            """;
    }

    public async Task<bool> RegisterAsync(TraceLog log, CancellationToken cancellationToken)
    {
        if (!IsAvailable || Text() is not { } text)
        {
            return false;
        }

        try
        {
            if (Present() is { } present && Registered.OfAnotherSite(present) is { } other)
            {
                log.Warning($"{Name} is the site server of another primary's site, in {other}. The parent's watchdog starts this one.");
                return false;
            }

            disk.Write(UnitFile, Encoding.UTF8.GetBytes(text));
            foreach (var arguments in (string[][])[["daemon-reload"], ["enable", "--now", Name]])
            {
                var (code, errors) = await SystemctlAsync(arguments, cancellationToken);
                if (code != 0)
                {
                    log.Warning($"systemctl {string.Join(' ', arguments)} failed: {errors} The parent's watchdog starts the site server.");
                    await SystemctlAsync(["disable", "--now", Name], cancellationToken);
                    disk.Delete(UnitFile); // a unit that is there is systemd's to look after
                    return false;
                }
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            log.Warning($"The site server could not be registered with systemd: {e.Message} The parent's watchdog starts it after a reboot.");
            return false;
        }
    }

    public async Task<bool> IsInChargeAsync(CancellationToken cancellationToken)
    {
        if (!RunsThisMachine || Present() is not { } unit || !Registered.IsOurs(unit))
        {
            return false;
        }

        try
        {
            return (await SystemctlAsync(["is-failed", "--quiet", Name], cancellationToken)).Code != 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // no systemctl: nobody could have registered it
        }
    }

    private string? Present() => disk.FileExists(UnitFile) ? Encoding.UTF8.GetString(disk.ReadAll(UnitFile, 64 << 10)) : null;

    private static Task<(int Code, string Errors)> SystemctlAsync(string[] arguments, CancellationToken cancellationToken) =>
        RunAsync("systemctl", arguments, TimeProvider.System, cancellationToken);

    /// <summary>A systemctl that hangs is ended: whoever asks has a site to look after.</summary>
    internal static async Task<(int Code, string Errors)> RunAsync(string program, string[] arguments, TimeProvider clock, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(_patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            var errors = await process.StandardError.ReadToEndAsync(either.Token);
            await process.WaitForExitAsync(either.Token);
            return (process.ExitCode, errors.Trim());
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (-1, $"it did not end within {_patience.TotalSeconds:0} s.");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
