using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SmsConsole.Data;
using SmsConsole.SiteServer;

namespace SmsConsole.Engine;

/// <summary>
/// Runs the engine of the primary: takes the lease, sets up what a first start lacks, wakes the components, renews the lease. A second engine
/// waits and says so; one that lost its lease stops its components and waits again.
/// Killed here: the lease runs out after 20 s, and the next engine goes on from the operations.
/// </summary>
internal sealed partial class EngineHost(
    ISmsDatabase database,
    LeaseKeeper lease,
    FirstStart setup,
    WorkerRunner workers,
    PrimarySite primary,
    TimeProvider clock,
    ILogger<EngineHost> log) : BackgroundService
{
    private static readonly TimeSpan _lookAgain = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _afterFailure = TimeSpan.FromSeconds(5);
    private SiteLock? _root;

    /// <summary>In this order: whoever gets lock and lease next finds nobody at work in the SMS root.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await workers.StopAsync();
        await lease.ReleaseAsync(CancellationToken.None);
        _root?.Dispose();
        _root = null;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        string? told = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await database.MigrateAsync(stoppingToken);
                _root ??= SiteLock.TryAcquire(Path.Combine(primary.Root.Path, "SITE.SRV", "ENGINE.LCK"));
                lease.HoldsRoot = _root is not null;
                await setup.RequireOwnDatabaseAsync(stoppingToken);
                if (await WhoElseAsync(stoppingToken) is { } holder)
                {
                    if (told != holder)
                    {
                        LogWaiting(primary.Code, holder);
                        told = holder;
                    }

                    await Task.Delay(_lookAgain, clock, stoppingToken);
                    continue;
                }

                told = null;
                await RunAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // The database may be away for a while; the console stays up and says what it knows.
                LogFailed(e, primary.Code);
                await workers.StopAsync();
                await Task.Delay(_afterFailure, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Until the lease is lost.</summary>
    private async Task RunAsync(CancellationToken cancellationToken)
    {
        LogTaken(primary.Code, lease.Owner);
        await setup.EnsureAsync(cancellationToken);
        await workers.StartAsync(cancellationToken);
        do
        {
            await Task.Delay(LeaseKeeper.RenewEvery, clock, cancellationToken);
            workers.NudgeOverdue();
        }
        while (await lease.RenewAsync(cancellationToken));
        LogLost(primary.Code);
        await workers.StopAsync();
    }

    /// <summary>
    /// Null when lock and lease are ours. The lease fences the database, the lock fences the files: components need both.
    /// </summary>
    private async Task<string?> WhoElseAsync(CancellationToken cancellationToken) =>
        _root is null ? $"of another process with SMS root {primary.Root.Path}" : await lease.TryTakeAsync(cancellationToken);

    [LoggerMessage(2501, LogLevel.Information, "{SiteCode}: this engine ({Owner}) holds the lease.")]
    private partial void LogTaken(string siteCode, string owner);

    [LoggerMessage(2502, LogLevel.Information, "{SiteCode}: engine {Holder} holds the lease; this one waits for it to end.")]
    private partial void LogWaiting(string siteCode, string holder);

    [LoggerMessage(2503, LogLevel.Warning, "{SiteCode}: the lease is lost; components stop.")]
    private partial void LogLost(string siteCode);

    [LoggerMessage(2504, LogLevel.Error, "{SiteCode}: the engine could not go on and tries again.")]
    private partial void LogFailed(Exception exception, string siteCode);
}
