using System.Globalization;
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
          run --root <dir>         the site server: Site Configuration Manager and the threads of SMS Executive
          stop --root <dir>        stops the site server of that root
          link --root <dir>        the far side of a parent's SSH link, over standard input and output
          inspect <file>           says what a site control file, SYSTEM.MAP or send request holds
          --version, --help

          --detach                 (bootstrap, run) leave the starter's session; run starts again when it dies
          --supervisor <pid>       (run) given by what started it, and watches over it
          --service <name>         (run) given by Windows, whose service it is

        exit codes: 0 done, 1 failed, 2 wrong usage, 3 (run) another process serves this root
        """;

    private static async Task<int> Main(string[] args)
    {
        if (args is [] or ["--help" or "-h" or "help", ..] or [_, "--help" or "-h"])
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

        if (args is [var verb and ("bootstrap" or "run" or "stop" or "link"), "--root", var path, .. var options] && Path.IsPathFullyQualified(path))
        {
            var root = new SmsRoot(path);
            switch (verb, options)
            {
                case (_, []):
                    return await RunAsync(verb, root);
                case ("bootstrap" or "run", ["--detach"]):
                    return await RunAsync(verb, root, detach: true);
                case ("run", ["--supervisor", var text]) when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var supervisor):
                    return await RunAsync(verb, root, supervisor: supervisor);
                case ("run", ["--service", var name]) when OperatingSystem.IsWindows():
                    return await RunAsync(verb, root, service: name);
            }
        }

        return await UsageAsync($"Not a command of sms-site: {string.Join(' ', args)}");
    }

    private static async Task<int> RunAsync(string verb, SmsRoot root, bool detach = false, int? supervisor = null, string? service = null)
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
            if (detach)
            {
                SiteProcesses.Detach();
                if (verb == "run" && Supervisor.IsAvailable && ComponentSlots.Current(disk, root) is not null)
                {
                    SiteServerProcess.Allow(disk, root);
                    Supervisor.Become(root);
                }
            }

            return verb switch
            {
                "bootstrap" => await new BootstrapProcess(disk, root, processes, clock).RunAsync(stop.Token),
                "run" when service is not null && OperatingSystem.IsWindows() =>
                    ServiceProcess.Run(service, token => new SiteServerProcess(disk, root, processes, clock).RunAsync(null, token)),
                "run" => await new SiteServerProcess(disk, root, processes, clock).RunAsync(supervisor, stop.Token),
                "stop" => await SiteStop.RunAsync(disk, root, processes, stop.Token),
                _ => await new LinkServer(disk, processes, root, clock, Console.OpenStandardInput(), Console.OpenStandardOutput()).RunAsync(stop.Token),
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
