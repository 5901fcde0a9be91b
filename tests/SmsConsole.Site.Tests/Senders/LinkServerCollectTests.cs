using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;
using SmsConsole.TestKit;

namespace SmsConsole.SiteServer.Tests.Senders;

/// <summary>What a site lays out for its parent: nothing half done or spoilt stands before the rest.</summary>
public sealed class LinkServerCollectTests : IDisposable
{
    private readonly string _folder = InProcessInstall.NewFolder();
    private readonly SmsRoot _root;

    public LinkServerCollectTests()
    {
        _root = new SmsRoot(Path.Combine(_folder, "S01"));
        PhysicalDisk.Instance.CreateDirectory(_root.Collect);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Collect_HalfForgottenPackage_IsDroppedAndTheNextIsGiven()
    {
        LayOut("A0001", "gone"u8.ToArray());
        File.Delete(Path.Combine(_root.Collect, "A0001.PCK"));
        LayOut("A0002", "next"u8.ToArray());

        Assert.Equal("A0002", await CollectAsync());

        Assert.False(File.Exists(Path.Combine(_root.Collect, "A0001.INS")));
    }

    [Fact]
    public async Task Collect_SpoiltPackages_AreSetAsideAndTheNextIsGiven()
    {
        LayOut("A0001", "short"u8.ToArray());
        await File.WriteAllTextAsync(Path.Combine(_root.Collect, "A0001.PCK"), "sh", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_root.Collect, "A0002.INS"), "no instruction", TestContext.Current.CancellationToken);
        LayOut("A0003", "next"u8.ToArray());

        Assert.Equal("A0003", await CollectAsync());

        Assert.True(File.Exists(Path.Combine(SmsRoot.Quarantine(_root.Collect), "A0001.INS.why")));
        Assert.True(File.Exists(Path.Combine(SmsRoot.Quarantine(_root.Collect), "A0002.INS.why")));
    }

    private void LayOut(string name, byte[] payload)
    {
        using var key = SiteKey.LoadOrCreate(PhysicalDisk.Instance, _root);
        var envelope = new Envelope(
            1, "S01", "P01", Guid.NewGuid(), EnvelopeStreams.Status, 1, EnvelopeTypes.Status, payload.Length, Convert.ToHexStringLower(SHA256.HashData(payload)), DateTimeOffset.UnixEpoch);
        PhysicalDisk.Instance.Write(Path.Combine(_root.Collect, name + ".PCK"), payload);
        PhysicalDisk.Instance.Write(Path.Combine(_root.Collect, name + ".INS"), Instruction.Sign(envelope, key));
    }

    private async Task<string?> CollectAsync()
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(new LinkCommand("collect"), SiteJson.Default.LinkCommand);
        var frame = new byte[4 + json.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, json.Length);
        json.CopyTo(frame, 4);
        using var input = new MemoryStream(frame);
        using var output = new MemoryStream();
        await new LinkServer(PhysicalDisk.Instance, new SiteProcesses(), _root, TimeProvider.System, input, output).RunAsync(TestContext.Current.CancellationToken);
        var answer = output.ToArray();
        return JsonSerializer.Deserialize(answer.AsSpan(4, BinaryPrimitives.ReadInt32LittleEndian(answer)), SiteJson.Default.LinkReply)!.Name;
    }
}
