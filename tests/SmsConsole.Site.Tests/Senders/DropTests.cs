using System.Security.Cryptography;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;
using SmsConsole.TestKit;

namespace SmsConsole.SiteServer.Tests.Senders;

public sealed class DropTests : IDisposable
{
    private static readonly PhysicalDisk _disk = PhysicalDisk.Instance;
    private readonly string _folder = InProcessInstall.NewFolder();
    private readonly SiteKey _key;

    public DropTests() => _key = SiteKey.LoadOrCreate(_disk, new SmsRoot(Path.Combine(_folder, "P01")));

    private string Receive => Path.Combine(_folder, "RECEIVE");

    public void Dispose()
    {
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task SendFile_StoppedAtEveryOffset_GoesOnThereAndIsWhole()
    {
        var payload = RandomNumberGenerator.GetBytes(300);
        for (var cut = 0; cut <= payload.Length; cut++)
        {
            Directory.CreateDirectory(Receive);
            await File.WriteAllBytesAsync(Path.Combine(Receive, "X.PRT"), payload[..cut], TestContext.Current.CancellationToken);
            var drop = new Drop(_disk, Receive);
            Assert.Equal(cut, drop.Have("X", payload.Length));
            var told = new List<(long Sent, long Total)>();
            await drop.SendFileAsync("X", Payload(payload), Instruct(payload), new Told(told), CancellationToken.None);
            Assert.Equal((cut, payload.Length), told[0]);
            AssertComplete(payload);
            Directory.Delete(Receive, recursive: true);
        }
    }

    [Fact]
    public async Task SendFile_WrongBytesThere_AreDroppedAndSentAnew()
    {
        var payload = RandomNumberGenerator.GetBytes(5000);
        Directory.CreateDirectory(Receive);
        foreach (var wrong in (string[])["X.PRT", "X.PCK"])
        {
            await File.WriteAllBytesAsync(Path.Combine(Receive, wrong), new byte[5000], TestContext.Current.CancellationToken);
            var e = await Assert.ThrowsAsync<LinkException>(() => SendAsync(payload));
            Assert.True(e.Retryable);
            Assert.False(File.Exists(Path.Combine(Receive, "X.INS")));
            await SendAsync(payload);
            AssertComplete(payload);
            Directory.Delete(Receive, recursive: true);
            Directory.CreateDirectory(Receive);
        }
    }

    [Fact]
    public async Task SendFile_LongerThanItShouldBe_StartsAnew()
    {
        var payload = RandomNumberGenerator.GetBytes(100);
        Directory.CreateDirectory(Receive);
        await File.WriteAllBytesAsync(Path.Combine(Receive, "X.PRT"), new byte[500], TestContext.Current.CancellationToken);
        await SendAsync(payload);
        AssertComplete(payload);
    }

    [Fact]
    public async Task SendFile_ThereAlready_ChangesNothing()
    {
        var payload = RandomNumberGenerator.GetBytes(100);
        await SendAsync(payload);
        var before = File.GetLastWriteTimeUtc(Path.Combine(Receive, "X.INS"));
        await SendAsync(payload);
        Assert.Equal(before, File.GetLastWriteTimeUtc(Path.Combine(Receive, "X.INS")));
        AssertComplete(payload);
    }

    [Fact]
    public async Task SendFile_AnotherOfTheSameNameIsThere_IsNotSaidToHaveArrived()
    {
        var first = RandomNumberGenerator.GetBytes(100);
        var second = RandomNumberGenerator.GetBytes(100);
        await SendAsync(first);
        var e = await Assert.ThrowsAsync<LinkException>(() => SendAsync(second));
        Assert.True(e.Retryable);
        AssertComplete(first);
        File.Delete(Path.Combine(Receive, "X.PCK"));
        File.Delete(Path.Combine(Receive, "X.INS"));
        await SendAsync(second);
        AssertComplete(second);
    }

    [Fact]
    public async Task SendFile_EmptyPayload_IsComplete()
    {
        await SendAsync([]);
        AssertComplete([]);
    }

    [Fact]
    public async Task Commit_WithoutItsPayload_DoesNotSayComplete()
    {
        Directory.CreateDirectory(Receive);
        await Assert.ThrowsAsync<LinkException>(() => new Drop(_disk, Receive).CommitAsync("X", Instruct([1, 2, 3]), CancellationToken.None));
        Assert.False(File.Exists(Path.Combine(Receive, "X.INS")));
    }

    [Fact]
    public async Task Commit_InstructionThatIsNone_IsRefusedForGood()
    {
        Directory.CreateDirectory(Receive);
        var e = await Assert.ThrowsAsync<LinkException>(() => new Drop(_disk, Receive).CommitAsync("X", new byte[] { 1 }, CancellationToken.None));
        Assert.False(e.Retryable);
    }

    [Fact]
    public async Task SendFile_PayloadGone_IsRefusedForGood()
    {
        var e = await Assert.ThrowsAsync<LinkException>(() => new Drop(_disk, Receive).SendFileAsync("X", Path.Combine(_folder, "gone"), Instruct([1]), new Told([]), CancellationToken.None));
        Assert.False(e.Retryable);
    }

    [Theory]
    [InlineData(DiskFault.Before)]
    [InlineData(DiskFault.After)]
    [InlineData(DiskFault.Torn)]
    [InlineData(DiskFault.FullOnce)]
    public async Task SendFile_FaultAtEveryOperation_IsWholeAtTheEnd(DiskFault fault)
    {
        var payload = RandomNumberGenerator.GetBytes(Drop.AcknowledgeEvery + 12_345); // two flushes
        var file = Payload(payload);
        for (var n = 0; ; n++)
        {
            var disk = new CrashingDisk(n, fault);
            for (var attempt = 0; attempt < 5 && !File.Exists(Path.Combine(Receive, "X.INS")); attempt++)
            {
                try
                {
                    await new Drop(disk.Crashed ? _disk : disk, Receive).SendFileAsync("X", file, Instruct(payload), new Told([]), CancellationToken.None);
                }
                catch (Exception e) when (e is SimulatedCrashException or IOException or LinkException { Retryable: true })
                {
                    Assert.True(disk.HasFailed);
                }
            }

            AssertComplete(payload);
            Directory.Delete(Receive, recursive: true);
            if (!disk.HasFailed)
            {
                Assert.True(n >= 6);
                return;
            }
        }
    }

    private Task SendAsync(byte[] payload) => new Drop(_disk, Receive).SendFileAsync("X", Payload(payload), Instruct(payload), new Told([]), CancellationToken.None);

    private string Payload(byte[] payload)
    {
        var file = Path.Combine(_folder, "payload");
        File.WriteAllBytes(file, payload);
        return file;
    }

    private byte[] Instruct(byte[] payload) => Instruction.Sign(
        new Envelope(1, "P01", "S01", Guid.Empty, EnvelopeStreams.Control, 1, EnvelopeTypes.SiteControl, payload.Length, Convert.ToHexStringLower(SHA256.HashData(payload)), DateTimeOffset.UnixEpoch), _key);

    private void AssertComplete(byte[] payload)
    {
        Assert.Equal(payload, File.ReadAllBytes(Path.Combine(Receive, "X.PCK")));
        Assert.Equal(["X.INS", "X.PCK"], Directory.GetFiles(Receive).Select(f => Path.GetFileName(f)).Where(f => !f.EndsWith(".tmp~", StringComparison.Ordinal)).Order());
    }

    private sealed class Told(List<(long Sent, long Total)> list) : IProgress<(long Sent, long Total)>
    {
        public void Report((long Sent, long Total) value) => list.Add(value);
    }
}
