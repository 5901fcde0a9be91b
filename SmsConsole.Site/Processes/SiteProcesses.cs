using System.Diagnostics;
using System.Runtime.InteropServices;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.SiteServer;

/// <summary>Starts the site server's own programs. The one place of this assembly that starts processes of a site.</summary>
public interface ISiteProcesses
{
    /// <summary>Starts <c>sms-site &lt;verb&gt; --root &lt;root&gt;</c> from a program folder; it outlives this process, and <c>run</c> is supervised.</summary>
    void StartDetached(string programDirectory, string verb, string root);

    /// <summary>True where a service manager of this machine looks after a root's site server: what has died is its to start, what was stopped through it stays stopped.</summary>
    Task<bool> IsServiceAsync(SmsRoot root, CancellationToken cancellationToken);
}

/// <inheritdoc cref="ISiteProcesses"/>
public sealed partial class SiteProcesses : ISiteProcesses
{
    public async Task<bool> IsServiceAsync(SmsRoot root, CancellationToken cancellationToken) =>
        SiteIdentity.Load(PhysicalDisk.Instance, root) is { } identity && await SiteService.Of(PhysicalDisk.Instance, root, identity.SiteCode).IsInChargeAsync(cancellationToken);

    public void StartDetached(string programDirectory, string verb, string root)
    {
        var start = Describe(programDirectory, verb, root);
        start.ArgumentList.Add("--detach");
        if (!OperatingSystem.IsWindows())
        {
            // The runtime keeps copies of the streams it starts with: they have to be replaced before it starts, or whoever reads this
            // process's output would wait for the site server's end.
            start.ArgumentList.Insert(0, start.FileName);
            start.ArgumentList.Insert(0, "sms-site");
            start.ArgumentList.Insert(0, "exec \"$@\" </dev/null >/dev/null 2>&1");
            start.ArgumentList.Insert(0, "-c");
            start.FileName = "/bin/sh";
        }

        using var process = Start(start);
    }

    /// <summary>A program that cannot be started (no memory, no runtime while one is being replaced) is a failure like a full disk: callers try again.</summary>
    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new IOException("The site program could not be started.");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new IOException($"The site program could not be started: {e.Message}", e);
        }
    }

    /// <summary>Leaves the starter's session, so that Ctrl+C at its terminal does not reach this process.</summary>
    public static void Detach()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = Native.SetSid();
        }
    }

    private static ProcessStartInfo Describe(string programDirectory, string verb, string root)
    {
        var start = new ProcessStartInfo { UseShellExecute = false, CreateNoWindow = true, WorkingDirectory = root };
        var executable = Path.Combine(programDirectory, OperatingSystem.IsWindows() ? "sms-site.exe" : "sms-site");
        if (File.Exists(executable) && SiteProgram.IsSelfContained(programDirectory))
        {
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(executable, File.GetUnixFileMode(executable) | UnixFileMode.UserExecute);
            }

            start.FileName = executable;
        }
        else
        {
            start.FileName = SiteProgram.DotnetHost;
            start.ArgumentList.Add(Path.Combine(programDirectory, "sms-site.dll"));
        }

        start.ArgumentList.Add(verb);
        start.ArgumentList.Add("--root");
        start.ArgumentList.Add(root);

        // Small and patient: a branch server must leave the machine to the branch.
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_gcConcurrent"] = "0";
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment.Remove("ASPNETCORE_URLS");
        return start;
    }

    private static partial class Native
    {
        [LibraryImport("libc", EntryPoint = "setsid")]
        internal static partial int SetSid();
    }
}
