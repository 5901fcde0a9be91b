using System.Buffers.Binary;
using System.Diagnostics;
using System.Text.Json;
using SmsConsole.SiteServer.Spool;
using SmsConsole.TestKit;

namespace SmsConsole.SiteServer.Tests.Senders;

[Collection(AloneCollection.Name)]
public sealed class LinkServerTests : IDisposable
{
    private readonly string _folder = InProcessInstall.NewFolder();
    private readonly SmsRoot _root;

    public LinkServerTests() => _root = new SmsRoot(Path.Combine(_folder, "S01"));

    public static TheoryData<string> HostileNames { get; } = ["..", "../x", "/etc/passwd", "a/b", "a\\b", "x.PCK", "", "x\0", "x y", "caf\u00e9", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Run_Transfer_ArrivesInReceive()
    {
        var replies = await TalkAsync(
            Frame(new LinkCommand("hello")),
            Frame(new LinkCommand("have", "X1", Total: 5)),
            Frame(new LinkCommand("append", "X1", 0, 5, 3), "abc"u8.ToArray()),
            Frame(new LinkCommand("have", "X1", Total: 5)),
            Frame(new LinkCommand("append", "X1", 3, 5, 2), "de"u8.ToArray()));
        Assert.Equal([0, 0, 3, 3, 5], replies.Select(r => r.Offset));
        Assert.Equal(SiteProgram.Version, replies[0].Name);
        Assert.Equal("abcde", await File.ReadAllTextAsync(Path.Combine(_root.Receive, "X1.PRT"), TestContext.Current.CancellationToken));
    }

    [Theory]
    [MemberData(nameof(HostileNames))]
    public async Task Run_NameThatIsAPath_IsAnErrorAndTouchesNothing(string name)
    {
        Directory.CreateDirectory(_root.Path);
        foreach (var verb in (string[])["have", "append", "commit", "block", "collected"])
        {
            var reply = Assert.Single(await TalkAsync(Frame(new LinkCommand(verb, name))));
            Assert.NotNull(reply.Error);
        }

        Assert.NotNull((await TalkAsync(Frame(new LinkCommand("have"))))[0].Error);
        Assert.Empty((await TalkAsync(Frame(new LinkCommand("log", name))))[0].Lines!);
        Assert.Equal(["S01"], Directory.GetFileSystemEntries(_folder).Select(f => Path.GetFileName(f)));
        Assert.DoesNotContain(Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories), _ => true);
    }

    [Fact]
    public async Task Run_UnknownVerb_IsAnErrorForGoodAndTheNextIsAnswered()
    {
        var replies = await TalkAsync(Frame(new LinkCommand("format")), Frame(new LinkCommand("hello")));
        Assert.False(replies[0].Retryable);
        Assert.Null(replies[1].Error);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    [InlineData((1 << 20) + 1)]
    public async Task Run_ImpossibleHeaderLength_EndsWithoutTakingMemory(int length)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await Assert.ThrowsAsync<InvalidDataException>(() => TalkAsync(bytes));
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 1 << 20);
    }

    [Theory]
    [InlineData(0, 5, long.MaxValue)]
    [InlineData(long.MaxValue, long.MaxValue, long.MaxValue)]
    [InlineData(-1, 5, 1)]
    [InlineData(0, 5, -1)]
    [InlineData(3, 5, 2)]
    [InlineData(0, 5, 6)]
    public async Task Run_BlockThatDoesNotFit_IsRefusedBeforeAnythingIsWritten(long offset, long total, long bytes)
    {
        var reply = (await TalkAsync(Frame(new LinkCommand("append", "X1", offset, total, bytes))))[0];
        Assert.NotNull(reply.Error);
        Assert.False(File.Exists(Path.Combine(_root.Receive, "X1.PRT")));
    }

    [Fact]
    public async Task Run_FiveHundredMangledConversations_EndInOneOfTwoWays()
    {
        byte[] good = [.. Frame(new LinkCommand("hello")), .. Frame(new LinkCommand("append", "X1", 0, 5, 5), "abcde"u8.ToArray()), .. Frame(new LinkCommand("have", "X1", Total: 5))];
        var random = new Random(77);
        for (var i = 0; i < 500; i++)
        {
            byte[] bad = [.. good];
            for (var n = random.Next(1, 4); n > 0; n--)
            {
                bad[random.Next(bad.Length)] = (byte)random.Next(256);
            }

            bad = random.Next(3) == 0 ? bad[..random.Next(bad.Length)] : bad;
            try
            {
                await TalkAsync(bad);
            }
            catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
            {
                // The program says so and ends.
            }
        }

        Assert.Equal(["S01"], Directory.GetFileSystemEntries(_folder).Select(f => Path.GetFileName(f)));
    }

    [Theory]
    [InlineData("append", "X1", 3)]
    [InlineData("append", "..", 0)]
    [InlineData("commit", "..", 0)]
    [InlineData("commit", "X1", 0)]
    [InlineData("bootstrap", null, 0)]
    [InlineData("format", null, 0)]
    public async Task Run_RefusedCommandWithBytes_TheNextIsAnswered(string verb, string? name, long offset)
    {
        var bytes = new byte[100_000];
        var replies = await TalkAsync(Frame(new LinkCommand(verb, name, offset, bytes.Length + offset, bytes.Length), bytes), Frame(new LinkCommand("hello")));
        Assert.Equal(2, replies.Count);
        Assert.NotNull(replies[0].Error);
        Assert.Equal(SiteProgram.Version, replies[1].Name);
    }

    [Fact]
    public async Task Run_CutInTheMiddleOfABlock_KeepsWhatArrived()
    {
        await TalkAsync(Frame(new LinkCommand("append", "X1", 0, 1000, 1000), new byte[600]));
        Assert.Equal(600, new Drop(PhysicalDisk.Instance, _root.Receive).Have("X1", 1000));
    }

    private static byte[] Frame(LinkCommand command, byte[]? data = null)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(command, SiteJson.Default.LinkCommand);
        var head = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(head, json.Length);
        return [.. head, .. json, .. data ?? []];
    }

    private async Task<List<LinkReply>> TalkAsync(params byte[][] frames)
    {
        using var output = new MemoryStream();
        using var input = new MemoryStream([.. frames.SelectMany(f => f)]);
        var server = new LinkServer(PhysicalDisk.Instance, new NoProcesses(), _root, TimeProvider.System, input, output);
        await server.RunAsync(CancellationToken.None);
        output.Position = 0;
        var replies = new List<LinkReply>();
        while (await LinkFrames.ReadAsync(output, SiteJson.Default.LinkReply, CancellationToken.None) is { } reply)
        {
            output.Seek(reply.Bytes, SeekOrigin.Current);
            replies.Add(reply);
        }

        return replies;
    }

    private sealed class NoProcesses : ISiteProcesses
    {
        public void StartDetached(string programDirectory, string verb, string root) => Assert.Fail("Nothing is to be started.");

        public Task<bool> IsServiceAsync(SmsRoot root, CancellationToken cancellationToken) => Task.FromResult(false);
    }
}
