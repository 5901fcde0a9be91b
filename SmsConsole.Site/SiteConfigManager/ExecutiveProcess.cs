using System.Text.Json;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.SiteServer;

/// <summary>
/// <c>sms-site executive</c>: SMS_EXECUTIVE, whose threads are the Scheduler, the Sender, the Despooler and the Status Manager. Its standard input
/// is held open by Site Configuration Manager; when that closes, it starts Site Configuration Manager anew and ends.
/// </summary>
public sealed class ExecutiveProcess(IDisk disk, SmsRoot root, ISiteProcesses processes, TimeProvider clock)
{
    private static readonly TimeSpan _poll = TimeSpan.FromSeconds(10);

    /// <summary>There while the threads run.</summary>
    public static string ReportFile(SmsRoot root) => Path.Combine(root.Path, "SITE.SRV", "SERVICES");

    public async Task<int> RunAsync(Stream input, CancellationToken cancellationToken)
    {
        var identity = SiteIdentity.Load(disk, root);
        if (identity is null)
        {
            await Console.Error.WriteLineAsync($"sms-site: {root.Path} is not the root of an installed site.");
            return 1;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using (var alone = await SiteThreads.AcquireAsync(root, cancellationToken))
        await using (var threads = new SiteThreads(disk, root, identity, clock))
        {
            var report = new ServiceReport(Environment.ProcessId, clock.GetUtcNow(), SiteComponents.Threads);
            disk.Write(ReportFile(root), JsonSerializer.SerializeToUtf8Bytes(report, SiteJson.Default.ServiceReport));
            var loop = threads.RunAsync(_poll, stop.Token);

            // Reading standard input cannot be cancelled: told to stop (SIGTERM), the process ends without waiting for it.
            await Task.WhenAny(Task.Run(() => WaitForEndAsync(input), CancellationToken.None), loop);
            await stop.CancelAsync();
            await loop;
        }

        if (!cancellationToken.IsCancellationRequested && !disk.FileExists(StopFile(root)) && ComponentSlots.Current(disk, root) is { } slot)
        {
            processes.StartDetached(slot, "run", root.Path);
        }

        return 0;
    }

    /// <summary>There while the site server is being stopped on purpose (<c>sms-site stop</c>).</summary>
    public static string StopFile(SmsRoot root) => Path.Combine(root.Path, "SITE.SRV", "STOP");

    private static async Task WaitForEndAsync(Stream input)
    {
        var buffer = new byte[16];
        try
        {
            while (await input.ReadAsync(buffer) > 0)
            {
            }
        }
        catch (IOException)
        {
            // The other end is gone, which is what we wait for.
        }
    }
}
