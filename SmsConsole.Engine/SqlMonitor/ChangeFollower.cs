using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SmsConsole.Data;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.Engine;

/// <summary>
/// Runs SQL Monitor: at once after a commit of this process, and at least at every poll. It runs in every console, with the engine
/// beside it or elsewhere, because every console has live views.
/// </summary>
internal sealed partial class ChangeFollower(SqlMonitor monitor, WakeSignal commits, SmsConsoleOptions options, ISmsDatabase database, ChangeFeed feed, TimeProvider clock, ILogger<ChangeFollower> log) : BackgroundService
{
    private static readonly TimeSpan _withEngine = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _engineElsewhere = TimeSpan.FromMilliseconds(250);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var poll = options.Engine.Enabled ? _withEngine : _engineElsewhere;
        var isReady = false;
        var isAway = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // Asked until it is, and not again: a database that goes away says so itself.
                isReady = isReady || await database.IsReadyAsync(stoppingToken);
                if (isReady)
                {
                    await monitor.RunOnceAsync(stoppingToken);
                    isAway = false;
                }

                await commits.WaitAsync(poll, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                if (!isAway)
                {
                    LogAway(e, options.Site.Code);
                    feed.PublishResync();
                }

                isAway = true;
                await Task.Delay(_withEngine, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(2802, LogLevel.Error, "{SiteCode}: SQL Monitor cannot read changes and tries again.")]
    private partial void LogAway(Exception exception, string siteCode);
}
