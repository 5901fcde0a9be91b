using Microsoft.AspNetCore.SignalR;
using SmsConsole.Engine;

namespace SmsConsole.Web.Hubs;

/// <summary>What the server says to its clients. It says what changed, never what to: a client asks the API again.</summary>
public interface IConsoleClient
{
    /// <summary>Kind <see cref="ChangeKind.Resync"/>: some were missed, read everything again.</summary>
    Task Changed(ChangeEvent change);
}

/// <summary>Server to client only: there is no method to call.</summary>
internal sealed class ConsoleHub(HubConnections connections) : Hub<IConsoleClient>
{
    public override Task OnConnectedAsync()
    {
        connections.Opened(Context);
        return base.OnConnectedAsync();
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        connections.Closed(Context);
        return base.OnDisconnectedAsync(exception);
    }
}

/// <summary>Passes the change feed on to the hub. A client that connects reads the API after it has connected, so it misses nothing.</summary>
internal sealed partial class ChangeBroadcaster(IChangeFeed feed, IHubContext<ConsoleHub, IConsoleClient> hub, ILogger<ChangeBroadcaster> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var subscription = feed.Subscribe();
        await foreach (var change in subscription.ReadAsync(stoppingToken))
        {
            try
            {
                await hub.Clients.All.Changed(change);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // What a background service throws would end the whole host.
                LogNotSent(change.Kind, change.Id, e);
            }
        }
    }

    [LoggerMessage(4003, LogLevel.Error, "The change of {Kind} {Id} could not be passed on.")]
    private partial void LogNotSent(ChangeKind kind, string id, Exception exception);
}
