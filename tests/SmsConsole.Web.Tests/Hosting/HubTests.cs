using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;
using SmsConsole.Data.Queries;
using SmsConsole.Engine;

namespace SmsConsole.Web.Tests.Hosting;

/// <summary>The hub as a program meets it that speaks SignalR's JSON protocol over a web socket.</summary>
public sealed class HubTests
{
    /// <summary>Ends a message of that protocol.</summary>
    private const char End = '\u001e';

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Hub_SomethingIsCommitted_EveryClientHearsWhat()
    {
        await using var console = await TestConsole.StartAsync();
        using var first = await ConnectAsync(console);
        using var second = await ConnectAsync(console);
        await HearAsync(first, c => c.GetProperty("kind").GetString() == "Resync");
        await HearAsync(second, c => c.GetProperty("kind").GetString() == "Resync");

        await console.Services.GetRequiredService<IUserCommands>().CreateAsync(new Actor("admin", Role.Administrator), new NewUser("nils", Role.Viewer, TestConsole.Password));

        foreach (var socket in (WebSocket[])[first, second])
        {
            var change = await HearAsync(socket, c => c.GetProperty("id").GetString() == "nils");
            Assert.Equal("User", change.GetProperty("kind").GetString());
            Assert.True(change.GetProperty("sequence").GetInt64() > 0);
        }
    }

    private static async Task<WebSocket> ConnectAsync(TestConsole console)
    {
        using var program = await console.ProgramAsync("vera");
        var client = console.App.GetTestServer().CreateWebSocketClient();
        client.ConfigureRequest = request => request.Headers[HeaderNames.Authorization] = program.DefaultRequestHeaders.Authorization!.ToString();
        var socket = await client.ConnectAsync(new Uri("ws://localhost/hubs/console"), Cancel);
        await socket.SendAsync(Encoding.UTF8.GetBytes("{\"protocol\":\"json\",\"version\":1}" + End), WebSocketMessageType.Text, endOfMessage: true, Cancel);
        return socket;
    }

    private static async Task<JsonElement> HearAsync(WebSocket socket, Func<JsonElement, bool> isIt)
    {
        while (true)
        {
            foreach (var message in (await ReadAsync(socket)).Split(End, StringSplitOptions.RemoveEmptyEntries))
            {
                var said = JsonSerializer.Deserialize<JsonElement>(message);
                if (said.TryGetProperty("target", out var target) && target.GetString() == "Changed" && said.GetProperty("arguments")[0] is var change && isIt(change))
                {
                    return change;
                }
            }
        }
    }

    private static async Task<string> ReadAsync(WebSocket socket)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        do
        {
            var read = await socket.ReceiveAsync(buffer, Cancel);
            Assert.NotEqual(WebSocketMessageType.Close, read.MessageType);
            text.Append(Encoding.UTF8.GetString(buffer, 0, read.Count));
        }
        while (text.Length == 0 || text[^1] != End);

        return text.ToString();
    }
}
