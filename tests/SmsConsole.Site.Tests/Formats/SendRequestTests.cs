using System.Text;
using SmsConsole.SiteServer.Formats;

namespace SmsConsole.SiteServer.Tests.Formats;

public sealed class SendRequestTests
{
    internal static readonly SendRequest Request = new()
    {
        RequestId = "1_2zybpc",
        JobId = "P0100434",
        Destination = "S01",
        Incarnation = new("0f8fad5b-d9cb-469f-a165-70867728950e"),
        Priority = SendRequestPriority.High,
        Outbox = "LAN_DEFAULT",
        Kind = SendRequestKind.Package,
        PackageFile = "/srv/sms/SITE.SRV/REPLMGR.BOX/P0100434.P00",
        InstructionFile = "/srv/sms/SITE.SRV/REPLMGR.BOX/P0100434.I00",
        PackageName = "P0100434.PCK",
        State = SendRequestState.Sending,
        BytesTotal = 5_000_000_000,
        SyncPoint = 4_000_000_000,
        Attempts = 2,
        ConnectAttempts = 3,
        NextTryAt = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Heartbeat = new(2026, 1, 2, 3, 4, 4, TimeSpan.Zero),
        Reason = "Verbindung „weg“ 😀",
        CreatedAt = new(2026, 1, 2, 3, 0, 0, TimeSpan.Zero),
    };

    [Fact]
    public void Parse_WrittenRequest_IsEqual()
    {
        Assert.Equal(Request, SendRequest.Parse(Request.ToBytes()).Value);
        SendRequest small = Request with { Kind = SendRequestKind.Bootstrap, PackageFile = "", PackageName = "", InstructionFile = "", NextTryAt = null, Heartbeat = null, Reason = "" };
        Assert.Equal(small, SendRequest.Parse(small.ToBytes()).Value);
    }

    [Fact]
    public void ToBytes_Request_IsReadableJson()
    {
        string text = Encoding.UTF8.GetString(Request.ToBytes());
        Assert.StartsWith("{\n  \"format\": 1,\n  \"requestId\": \"1_2zybpc\",\n", text);
        Assert.Contains("\"priority\": \"High\"", text);
        Assert.DoesNotContain("fileName", text);
        Assert.EndsWith("}\n", text);
    }

    [Theory]
    [InlineData(SendRequestState.None, "1_2zybpc.SRQ")]
    [InlineData(SendRequestState.Started, "1_2zybpc.SRS")]
    [InlineData(SendRequestState.Ok, "1_2zybpc.SRS")]
    public void FileName_FollowsTheState(SendRequestState state, string expected) =>
        Assert.Equal(expected, (Request with { State = state }).FileName);

    [Theory]
    [InlineData("\"format\": 1", "\"format\": 2")]
    [InlineData("\"format\": 1", "\"format\": 1, \"extra\": true")]
    [InlineData("\"format\": 1", "\"format\": 1, \"format\": 1")]
    [InlineData("\"jobId\": \"P0100434\",", "")]
    [InlineData("\"jobId\": \"P0100434\"", "\"jobId\": null")]
    [InlineData("\"packageName\": \"P0100434.PCK\",", "")]
    [InlineData("\"heartbeat\": \"2026-01-02T03:04:04+00:00\",", "")]
    [InlineData("\"format\": 1,", "")]
    [InlineData("\"reason\": \"Verbindung", "\"reason\": null, \"x\": \"")]
    [InlineData("\"jobId\": \"P0100434\"", "\"jobId\": \"\\ud800\"")]
    [InlineData("1_2zybpc", "../x")]
    [InlineData("\"S01\"", "\"NUL\"")]
    [InlineData("0f8fad5b-d9cb-469f-a165-70867728950e", "00000000-0000-0000-0000-000000000000")]
    [InlineData("\"High\"", "1")]
    [InlineData("\"High\"", "\"Highest\"")]
    [InlineData("\"Sending\"", "3")]
    [InlineData("P0100434.PCK", "../P0100434.PCK")]
    [InlineData("P0100434.PCK", "")]
    [InlineData("4000000000", "-1")]
    [InlineData("4000000000", "5000000001")]
    [InlineData("4000000000", "1e300")]
    [InlineData("\"attempts\": 2", "\"attempts\": -2")]
    [InlineData("2026-01-02T03:00:00", "yesterday")]
    [InlineData("/srv/sms", "/srv\\u0000/sms")]
    [InlineData("}", "} {}")]
    [InlineData("}", "")]
    public void Parse_BrokenRequest_IsInvalid(string good, string bad)
    {
        string text = Encoding.UTF8.GetString(Request.ToBytes());
        Assert.Contains(good, text, StringComparison.Ordinal);
        FormatError? error = SendRequest.Parse(Encoding.UTF8.GetBytes(text.Replace(good, bad))).Error;
        Assert.Equal(FormatErrorCode.BadSendRequest, error?.Code);
    }

    [Fact]
    public void Parse_NothingOrTooMuch_IsInvalid()
    {
        Assert.False(SendRequest.Parse([]).IsOk);
        Assert.False(SendRequest.Parse("null"u8).IsOk);
        Assert.False(SendRequest.Parse(Encoding.UTF8.GetBytes(new string(' ', SendRequest.MaxBytes) + "{}")).IsOk);
        Assert.False(SendRequest.Parse(Encoding.UTF8.GetBytes(new string('[', 5000))).IsOk);
    }

    [Fact]
    public void Reason_TextOfAnException_BecomesOneShortLine()
    {
        SendRequest request = Request with { Reason = "No route\r\nto host" + new string('!', 2000) };
        Assert.StartsWith("No route  to host", request.Reason);
        Assert.Equal(1024, request.Reason.Length);
        Assert.Equal(request, SendRequest.Parse(request.ToBytes()).Value);

        SendRequest cut = Request with { Reason = new string('!', 1023) + "😀" };
        Assert.Equal(cut, SendRequest.Parse(cut.ToBytes()).Value);
    }

    [Fact]
    public void ToBytes_RequestItWouldRefuse_Throws() =>
        Assert.Throws<ArgumentException>(() => (Request with { SyncPoint = Request.BytesTotal + 1 }).ToBytes());

    [Fact]
    public void Parse_TenThousandMutations_NeverThrowsAndRoundTrips() =>
        Mutations.Run([Request.ToBytes()], 41, 10_000, bytes =>
        {
            ParseResult<SendRequest> result = SendRequest.Parse(bytes);
            Assert.True(result.IsOk || result.Error.Code == FormatErrorCode.BadSendRequest);
            if (result.IsOk)
            {
                Assert.Equal(result.Value, SendRequest.Parse(result.Value.ToBytes()).Value);
            }
        });
}
