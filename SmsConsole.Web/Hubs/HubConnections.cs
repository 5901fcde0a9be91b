using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;
using SmsConsole.Engine;

namespace SmsConsole.Web.Hubs;

/// <summary>Open hub connections, so that one whose session has ended is closed (within 30 seconds).</summary>
internal sealed class HubConnections(ISessions sessions, TimeProvider time) : BackgroundService
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
                if (context.User is null || !await sessions.IsCurrentAsync(context.User, stoppingToken))
                {
                    context.Abort();
                }
            }
        }
    }
}
