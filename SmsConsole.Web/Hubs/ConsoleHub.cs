using Microsoft.AspNetCore.SignalR;
using SmsConsole.Engine;

namespace SmsConsole.Web.Hubs;

/// <summary>What the server says to its clients. It says what changed, never what to: a client asks the API again.</summary>
public interface IConsoleClient
{
    /// <summary>Kind <see cref="ChangeKind.Resync"/>: read everything, again if it was; changes follow from here, or some were missed.</summary>
    Task Changed(ChangeEvent change);
}

/// <summary>Server to client only: there is no method to call.</summary>
internal sealed class ConsoleHub(HubConnections connections, HubChanges changes) : Hub<IConsoleClient>
{
    public override Task OnConnectedAsync()
    {
        connections.Opened(Context);
        changes.PassOnTo(Context);
        return base.OnConnectedAsync();
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        connections.Closed(Context);
        return base.OnDisconnectedAsync(exception);
    }
}
