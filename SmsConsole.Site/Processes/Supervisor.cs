using System.Runtime.InteropServices;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.SiteServer;

/// <summary>
/// Starts the site server again when it dies. It is the system's <c>/bin/sh</c> in a constant loop: a second .NET process would double the memory
/// of a branch (decision 9). The root and the runtime are arguments of the script, never part of its text.
/// <list type="bullet">
/// <item>The slot in use is looked up at each start, because an upgrade changes it.</item>
/// <item>Ends when the site server was told to stop (exit code 0, or a STOP file, which may come while it pauses) and when another one serves the root (3).</item>
/// <item>Killed here: the site server misses its supervisor within a second, and begins anew under another one.</item>
/// </list>
/// </summary>
public static partial class Supervisor
{
    private const string Shell = "/bin/sh";

    /// <summary>$1 is the word supervise, $2 --root, $3 the root, $4 the dotnet program. One that lived a minute was healthy: it is started again at once.</summary>
    private const string Loop = """
        pause=0
        while :; do
          if [ -e "$3/SITE.SRV/STOP" ]; then exit 0; fi
          slot=$3/SITE.SRV/SITE.BIN/$(cat "$3/SITE.SRV/SITE.BIN/CURRENT")
          began=$(date +%s)
          if [ -f "$slot/System.Private.CoreLib.dll" ] || [ ! -f "$slot/sms-site.runtimeconfig.json" ]; then
            chmod u+x "$slot/sms-site"
            "$slot/sms-site" run --root "$3" --supervisor $$
          else
            "$4" "$slot/sms-site.dll" run --root "$3" --supervisor $$
          fi
          code=$?
          if [ $code = 0 ] || [ $code = 3 ]; then exit 0; fi
          if [ $(( $(date +%s) - began )) -gt 60 ]; then pause=0; fi
          if [ $pause -gt 0 ]; then sleep $pause; fi
          pause=$(( pause * 2 + 1 ))
          if [ $pause -gt 60 ]; then pause=60; fi
        done
        """;

    /// <summary>False where the parent's watchdog alone starts what has died (Windows).</summary>
    public static bool IsAvailable => !OperatingSystem.IsWindows();

    /// <summary>Turns this process into the supervisor of a root. Returns only when that fails.</summary>
    /// <exception cref="IOException">The system refused, with its error number.</exception>
    public static void Become(SmsRoot root)
    {
        string?[] arguments = [Shell, "-c", Loop, "sms-site", "supervise", "--root", root.Path, SiteProgram.DotnetHost, null];
        _ = Native.Execv(Shell, arguments);
        throw new IOException($"{Shell} could not be started: error {Marshal.GetLastPInvokeError()}.");
    }

    /// <summary>True while that process is this one's parent.</summary>
    public static bool IsOurs(int process) => Native.GetParentProcessId() == process;

    private static partial class Native
    {
        [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        internal static partial int Execv(string program, string?[] arguments);

        [LibraryImport("libc", EntryPoint = "getppid")]
        internal static partial int GetParentProcessId();
    }
}
