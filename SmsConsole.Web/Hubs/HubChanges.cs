using Microsoft.AspNetCore.SignalR;
using SmsConsole.Engine;

namespace SmsConsole.Web.Hubs;

/// <summary>
/// Passes the change feed on to the hub's clients, to each by itself: one that stops reading holds up nobody else, and what it missed costs it one
/// <see cref="ChangeKind.Resync"/>. The first it hears is one, too: who reads the API from then on misses nothing, which "connected" alone does not promise.
/// </summary>
internal sealed partial class HubChanges(IChangeFeed feed, IHubContext<ConsoleHub, IConsoleClient> hub, TimeProvider clock, ILogger<HubChanges> log)
{
    /// <summary>From now on until the connection ends.</summary>
    public void PassOnTo(HubCallerContext connection) => _ = PassOnAsync(feed.Subscribe(), connection);

    private async Task PassOnAsync(IChangeSubscription subscription, HubCallerContext connection)
    {
        using (subscription)
        {
            try
            {
                var client = hub.Clients.Client(connection.ConnectionId);
                await client.Changed(new ChangeEvent(feed.Sequence, ChangeKind.Resync, "", 0, clock.GetUtcNow()));
                await foreach (var change in subscription.ReadAsync(connection.ConnectionAborted))
                {
                    await client.Changed(change);
                }
            }
            catch (OperationCanceledException) when (connection.ConnectionAborted.IsCancellationRequested)
            {
                // It has gone.
            }
            catch (Exception e)
            {
                // It connects again, and reads everything again.
                LogNotSent(connection.ConnectionId, e);
                connection.Abort();
            }
        }
    }

    [LoggerMessage(4003, LogLevel.Error, "A change could not be passed on to hub connection {ConnectionId}; the connection is closed.")]
    private partial void LogNotSent(string connectionId, Exception exception);
}
