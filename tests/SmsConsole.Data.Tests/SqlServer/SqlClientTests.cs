using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Data.SqlClient;

namespace SmsConsole.Data.Tests.SqlServer;

/// <summary>
/// SqlClient loads Microsoft.SqlServer.Server for every parameterised command, and only then: neither building nor signing in shows
/// that it is missing. So a listener that speaks just enough TDS to be signed in to waits for such a command.
/// </summary>
public sealed class SqlClientTests
{
    private const byte Reply = 0x04;
    private const byte RemoteCall = 0x03;
    private static readonly byte[] _done = [0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ExecuteAsync_ParameterisedCommand_ReachesTheServer()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var received = AnswerAsync(listener);

        await using var connection = new SqlConnection($"Server=127.0.0.1,{port};Database=x;User Id=u;Password=p;Encrypt=Optional;Pooling=false;ConnectRetryCount=0;Connect Timeout=30");
        await connection.OpenAsync(Cancellation);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT @code";
        command.Parameters.AddWithValue("@code", "S01");
        await command.ExecuteNonQueryAsync(Cancellation);

        var (type, content) = await received;
        Assert.Equal(RemoteCall, type);
        Assert.Contains("@code", Encoding.Unicode.GetString(content.AsSpan(content.Length % 2)) + Encoding.Unicode.GetString(content.AsSpan(1 - (content.Length % 2))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_NobodyListens_IsANetworkError()
    {
        await using var connection = new SqlConnection("Server=127.0.0.1,1;Database=x;User Id=u;Password=p;Encrypt=Optional;Pooling=false;ConnectRetryCount=0;Connect Timeout=5");
        await Assert.ThrowsAsync<SqlException>(() => connection.OpenAsync(Cancellation));
    }

    /// <summary>Pre-login, login, then the packet of the command.</summary>
    private static async Task<(byte Type, byte[] Content)> AnswerAsync(TcpListener listener)
    {
        using var client = await listener.AcceptTcpClientAsync(Cancellation);
        var stream = client.GetStream();
        await ReadAsync(stream);

        // Version 16, no encryption, no MARS.
        await WriteAsync(stream, [0, 0, 16, 0, 6, 1, 0, 22, 0, 1, 4, 0, 23, 0, 1, 0xFF, 16, 0, 0, 0, 0, 0, 2, 0]);
        await ReadAsync(stream);

        // ENVCHANGE: the collation, which text parameters are sent with. LOGINACK: SQL interface, TDS 7.4, a name, a version.
        byte[] acknowledged = [1, 0x74, 0, 0, 4, 1, (byte)'S', 0, 16, 0, 0, 0];
        await WriteAsync(stream, [0xE3, 8, 0, 7, 5, 0x09, 0x04, 0xD0, 0, 0x34, 0, 0xAD, (byte)acknowledged.Length, 0, .. acknowledged, .. _done]);
        var command = await ReadAsync(stream);
        await WriteAsync(stream, _done);
        return command;
    }

    private static async Task<(byte Type, byte[] Content)> ReadAsync(NetworkStream stream)
    {
        var header = new byte[8];
        var content = new List<byte>();
        do
        {
            await stream.ReadExactlyAsync(header, Cancellation);
            var packet = new byte[BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(2)) - header.Length];
            await stream.ReadExactlyAsync(packet, Cancellation);
            content.AddRange(packet);
        }
        while ((header[1] & 1) == 0);
        return (header[0], content.ToArray());
    }

    private static async Task WriteAsync(NetworkStream stream, byte[] content)
    {
        byte[] packet = [Reply, 1, 0, 0, 0, 0, 1, 0, .. content];
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        await stream.WriteAsync(packet, Cancellation);
    }
}
