using SmsConsole.SiteServer.Formats;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.SiteServer;

/// <summary>The program <c>sms-site</c>. Exit codes: 0 done, 1 failed, 2 wrong usage.</summary>
internal static class SiteProgramEntry
{
    private const string Help = """
        sms-site - the site server of SmsConsole

        usage: sms-site <command> [options]

          bootstrap --root <dir>   Bootstrap service: receives, verifies and installs the site's components
          run --root <dir>         the site server: Site Configuration Manager and the Executive it supervises
          executive --root <dir>   SMS Executive (started by run): Scheduler, Sender, Despooler, Status Manager
          stop --root <dir>        stops the site server of that root
          link --root <dir>        the far side of a parent's SSH link, over standard input and output
          inspect <file>           says what a site control file, SYSTEM.MAP or send request holds
          --version, --help

          --detach                 leave the starter's session and streams (bootstrap, run)

        exit codes: 0 done, 1 failed, 2 wrong usage, 3 (run) another process serves this root
        """;

    private static async Task<int> Main(string[] args)
    {
        if (args is [] or ["--help" or "-h" or "help", ..])
        {
            Console.WriteLine(Help);
            return args.Length == 0 ? 2 : 0;
        }

        if (args is ["--version"])
        {
            Console.WriteLine(SiteProgram.Version);
            return 0;
        }

        if (args is ["inspect", var file])
        {
            return Inspect(file);
        }

        if (args is [var verb, "--root", var path, .. var rest] && Path.IsPathFullyQualified(path) && rest is [] or ["--detach"])
        {
            if (rest.Length > 0)
            {
                SiteProcesses.Detach();
            }

            return await RunAsync(args[0], new SmsRoot(args[2]));
        }

        return await UsageAsync($"Not a command of sms-site: {string.Join(' ', args)}");
    }

    private static async Task<int> RunAsync(string verb, SmsRoot root)
    {
        using var stop = new CancellationTokenSource();
        using var terminated = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            stop.Cancel();
        });
        Console.CancelKeyPress += (_, e) =>
        {
            e.Cancel = true;
            stop.Cancel();
        };
        var disk = PhysicalDisk.Instance;
        var processes = new SiteProcesses();
        var clock = TimeProvider.System;
        try
        {
            return verb switch
            {
                "bootstrap" => await new BootstrapProcess(disk, root, processes, clock).RunAsync(stop.Token),
                "run" => await new SiteServerProcess(disk, root, processes, clock).RunAsync(stop.Token),
                "executive" => await new ExecutiveProcess(disk, root, processes, clock).RunAsync(Console.OpenStandardInput(), stop.Token),
                "stop" => await SiteStop.RunAsync(disk, root, stop.Token),
                "link" => await new LinkServer(disk, processes, root, clock, Console.OpenStandardInput(), Console.OpenStandardOutput()).RunAsync(stop.Token),
                _ => await UsageAsync($"Not a command of sms-site: {verb}"),
            };
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            await Console.Error.WriteLineAsync("sms-site: " + e.Message);
            return 1;
        }
    }

    private static int Inspect(string file)
    {
        const long Limit = 16 << 20;
        try
        {
            Console.Write(FileInspector.Describe(file, PhysicalDisk.Instance.ReadAll(file, Limit)));
            return 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            Console.Error.WriteLine("sms-site: " + e.Message);
            return 1;
        }
    }

    private static async Task<int> UsageAsync(string error)
    {
        await Console.Error.WriteLineAsync($"{error}\n\n{Help}");
        return 2;
    }
}
