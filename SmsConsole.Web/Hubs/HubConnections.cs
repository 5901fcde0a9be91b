using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;
using SmsConsole.Engine;

namespace SmsConsole.Web.Hubs;

/// <summary>Open hub connections, so that one whose session has ended is closed (within 30 seconds).</summary>
internal sealed partial class HubConnections(ISessions sessions, TimeProvider time, ILogger<HubConnections> log) : BackgroundService
{
    private readonly ConcurrentDictionary<string, HubCallerContext> _open = new(StringComparer.Ordinal);

    public void Opened(HubCallerContext context) => _open[context.ConnectionId] = context;

    public void Closed(HubCallerContext context) => _open.TryRemove(context.ConnectionId, out _);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(30), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var context in _open.Values)
            {
                if (!await IsCurrentAsync(context, stoppingToken))
                {
                    context.Abort();
                }
            }
        }
    }

    /// <summary>False in doubt: a client whose session counts connects again by itself.</summary>
    private async Task<bool> IsCurrentAsync(HubCallerContext context, CancellationToken stoppingToken)
    {
        try
        {
            return context.User is not null && await sessions.IsCurrentAsync(context.User, stoppingToken);
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            // What a background service throws would end the whole host.
            LogNotChecked(context.ConnectionId, e);
            return false;
        }
    }

    [LoggerMessage(4002, LogLevel.Error, "The session of hub connection {ConnectionId} could not be checked; the connection is closed.")]
    private partial void LogNotChecked(string connectionId, Exception exception);
}
