using System.Security.Cryptography;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;
using SmsConsole.TestKit;

namespace SmsConsole.SiteServer.Tests.Senders;

/// <summary>A site that lays out what it likes: it never takes more of its parent's disk than one package does.</summary>
[Collection(AloneCollection.Name)]
public sealed class HostileChildTests : IDisposable
{
    private readonly string _folder = InProcessInstall.NewFolder();

    private string Receive => Path.Combine(_folder, "RECEIVE");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("S02", EnvelopeTypes.Status, 100, "It is from site S02.")]
    [InlineData("S01", EnvelopeTypes.SitePackage, 100, "takes a package of type site-package")]
    [InlineData("S01", EnvelopeTypes.Status, (4 << 20) + 1, "4194305 bytes")]
    public async Task Collect_PackageThatCannotBe_IsRefusedBeforeAnyOfItIsThere(string source, string type, int length, string says)
    {
        Assert.SkipUnless(TestSshd.Program is not null, "There is no sshd: apt-get install openssh-server");
        await using var sshd = await TestSshd.StartAsync();

        var refused = await CollectAsync(sshd, "A0001", Instruct(source, type, length), length);

        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Receive));
    }

    [Fact]
    public async Task Collect_OnePackageAfterAnotherCutOff_LeavesOnePart()
    {
        Assert.SkipUnless(TestSshd.Program is not null, "There is no sshd: apt-get install openssh-server");
        await using var sshd = await TestSshd.StartAsync();
        Directory.CreateDirectory(Receive);
        await File.WriteAllTextAsync(Path.Combine(Receive, "S02S020001.PRT"), "another site's", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(Receive, "S01WHOLE.PCK"), "whole", TestContext.Current.CancellationToken);
        foreach (var name in (string[])["A0001", "A0002", "A0002"])
        {
            var cut = await CollectAsync(sshd, name, Instruct("S01", EnvelopeTypes.Status, 100), 100);

            Assert.Contains("ended before its length", cut.Message, StringComparison.Ordinal);
            Assert.Equal(["S01" + name + ".PRT", "S01WHOLE.PCK", "S02S020001.PRT"], Directory.GetFiles(Receive).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        }

        Assert.Equal(20, new FileInfo(Path.Combine(Receive, "S01A0002.PRT")).Length);
    }

    private byte[] Instruct(string source, string type, int length)
    {
        using var key = SiteKey.LoadOrCreate(PhysicalDisk.Instance, new SmsRoot(Path.Combine(_folder, "S01")));
        return Instruction.Sign(
            new Envelope(1, source, "P01", Guid.NewGuid(), EnvelopeStreams.Status, 1, type, length, Convert.ToHexStringLower(SHA256.HashData([])), DateTimeOffset.UnixEpoch), key);
    }

    /// <summary>The far side lays out one package, gives ten bytes of it, and then no more.</summary>
    private async Task<LinkException> CollectAsync(TestSshd sshd, string name, byte[] instruction, long total)
    {
        var answers = Path.Combine(_folder, "answers");
        await using (var file = File.Create(answers))
        {
            await LinkFrames.WriteAsync(file, new LinkReply(Name: name, Offset: total, Bytes: instruction.Length), SiteJson.Default.LinkReply, instruction, TestContext.Current.CancellationToken);
            await LinkFrames.WriteAsync(file, new LinkReply(Bytes: 10), SiteJson.Default.LinkReply, new byte[10], TestContext.Current.CancellationToken);
            await LinkFrames.WriteAsync(file, new LinkReply(), SiteJson.Default.LinkReply, default, TestContext.Current.CancellationToken);
        }

        await sshd.ForceAsync($"cat {answers}; exec sleep 1000");
        var address = new LinkAddress("S01", "ssh", "/nowhere", "127.0.0.1", sshd.Port, TestSshd.User, sshd.PrivateKey, sshd.HostKey);
        await using var links = new LinkFactory(PhysicalDisk.Instance, new SiteProcesses(), TimeProvider.System);
        await using var link = (ICollectingLink)await links.OpenAsync(address, TestContext.Current.CancellationToken);
        return await Assert.ThrowsAsync<LinkException>(() => link.CollectAsync(new Drop(PhysicalDisk.Instance, Receive), () => { }, TestContext.Current.CancellationToken));
    }
}
