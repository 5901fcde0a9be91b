using System.Security.Cryptography;
using System.Text;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.SiteServer.Tests.Despooling;

public sealed class DespoolerTests : IDisposable, IPeerKeys
{
    private static readonly PhysicalDisk _disk = PhysicalDisk.Instance;
    private static readonly byte[] _payload = "payload"u8.ToArray();
    private readonly string _folder = Directory.CreateTempSubdirectory("despooler-").FullName;
    private readonly Guid _incarnation = Guid.NewGuid();
    private readonly SmsRoot _root;
    private readonly SiteKey _key;
    private readonly SiteKey _stranger;

    public DespoolerTests()
    {
        _root = new SmsRoot(Path.Combine(_folder, "P01"));
        Directory.CreateDirectory(_root.Receive);
        _key = SiteKey.LoadOrCreate(_disk, new SmsRoot(Path.Combine(_folder, "S01")));
        _stranger = SiteKey.LoadOrCreate(_disk, new SmsRoot(Path.Combine(_folder, "S02")));
    }

    private Envelope Good => new(1, "S01", "P01", _incarnation, EnvelopeStreams.Control, 7, EnvelopeTypes.SiteReport, _payload.Length, Convert.ToHexStringLower(SHA256.HashData(_payload)), DateTimeOffset.UnixEpoch);

    private string Report => Path.Combine(_root.SiteConfigBox, "S0100007.CT2");

    public ValueTask<byte[]?> FindAsync(string source, Guid incarnation, CancellationToken cancellationToken) =>
        ValueTask.FromResult(source == "S01" && incarnation == _incarnation ? _key.PublicKey : null);

    public void Dispose()
    {
        _key.Dispose();
        _stranger.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task RunOnce_GoodPackage_IsHandedOnWithItsEnvelope()
    {
        Place(Good);
        await RunAsync();
        Assert.Equal(_payload, _disk.ReadAll(Report, 100));
        var envelope = SiteJson.TryRead(_disk.ReadAll(Path.ChangeExtension(Report, ".ENV"), 10_000), SiteJson.Default.Envelope, out _);
        Assert.Equal(Good, envelope);
        Assert.Empty(Directory.GetFiles(_root.Receive));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"floor\":7,\"abo")]
    public async Task RunOnce_ReceivedNumbersCannotBeRead_WaitsInsteadOfTakingAnythingTwice(string damaged)
    {
        Place(Good);
        await RunAsync();
        var window = Assert.Single(Directory.GetFiles(Path.Combine(_root.Trust, "RCV")));
        var whole = await File.ReadAllBytesAsync(window, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(window, damaged, TestContext.Current.CancellationToken);
        File.Delete(Report);
        Place(Good);
        await RunAsync();
        Assert.False(File.Exists(Report));
        Assert.Equal(2, Directory.GetFiles(_root.Receive).Length);
        await File.WriteAllBytesAsync(window, whole, TestContext.Current.CancellationToken);
        await RunAsync();
        Assert.False(File.Exists(Report));
        Assert.Empty(Directory.GetFiles(_root.Receive));
    }

    [Fact]
    public async Task RunOnce_StatusPackage_GoesToTheStatusBox()
    {
        Place(Good with { Type = EnvelopeTypes.Status, Stream = EnvelopeStreams.Status });
        await RunAsync();
        Assert.True(File.Exists(Path.Combine(_root.StatusBox, "S0100007.SVF")));
    }

    [Fact]
    public async Task RunOnce_WhatIsNotToBeBelieved_IsSetAsideWithItsReason()
    {
        await AssertSetAsideAsync(() => Place(Good, key: _stranger), "It is not signed by site S01.");
        await AssertSetAsideAsync(() => Place(Good with { Destination = "P02" }), "It is for site P02.");
        await AssertSetAsideAsync(() => Place(Good with { Incarnation = Guid.NewGuid() }), "Site S01 is not known in this incarnation.");
        await AssertSetAsideAsync(() => Place(Good with { Source = "S02" }, key: _stranger), "Site S02 is not known");
        await AssertSetAsideAsync(() => Place(Good, content: "PAYLOAD"u8.ToArray()), "The payload is not the one that was signed.");
        await AssertSetAsideAsync(() => Place(Good, content: "payloa"u8.ToArray()), "The payload is not the one that was signed.");
        await AssertSetAsideAsync(() => Place(Good with { Type = "site-control" }), "Nobody at this site takes a package of type site-control.");
        await AssertSetAsideAsync(() => Place(Good with { Type = "../../etc" }), "Nobody at this site takes");
        await AssertSetAsideAsync(() => Put([]), "It is empty.");
        await AssertSetAsideAsync(() => Put([1]), "It does not begin with SMSINS 1.");
        await AssertSetAsideAsync(PlaceLink, "The payload is a link");
        await AssertSetAsideAsync(() => Put(new byte[Instruction.MaximumLength + 1]), "at most");
        await AssertSetAsideAsync(() => Put(Encoding.UTF8.GetBytes("SMSINS 1\nAAAA\n{}")), "");
    }

    [Fact]
    public async Task RunOnce_SecondarySite_TakesSiteControlOfItsIncarnationOnly()
    {
        var own = Guid.NewGuid();
        var despooler = New(own);
        Place(Good with { Incarnation = _incarnation });
        await despooler.RunOnceAsync(CancellationToken.None);
        Assert.Contains("another incarnation of this site", Why());
        Directory.Delete(SmsRoot.Quarantine(_root.Receive), recursive: true);

        despooler = New(_incarnation);
        Place(Good);
        await despooler.RunOnceAsync(CancellationToken.None);
        Assert.Contains("Nobody at this site takes", Why()); // a report is a primary's
        Place(Good with { Type = EnvelopeTypes.SiteControl });
        await despooler.RunOnceAsync(CancellationToken.None);
        Assert.True(File.Exists(Path.Combine(_root.SiteConfigBox, "S0100007.CT1")));
    }

    [Fact]
    public async Task RunOnce_Replay_HasNoSecondEffectEvenAfterARestart()
    {
        Place(Good);
        await RunAsync();
        File.Delete(Report);
        Place(Good, name: "OTHER");
        await RunAsync();
        Assert.False(File.Exists(Report));
        Assert.Empty(Directory.GetFiles(_root.Receive));
        Assert.False(Directory.Exists(SmsRoot.Quarantine(_root.Receive)));
    }

    [Fact]
    public async Task RunOnce_InstructionWhosePayloadWasHandedOnBeforeACrash_IsCounted()
    {
        Place(Good);
        File.Delete(Path.Combine(_root.Receive, "X.PCK"));
        await RunAsync();
        Assert.Empty(Directory.GetFiles(_root.Receive));
        Place(Good);
        await RunAsync();
        Assert.False(File.Exists(Report)); // it came before
    }

    [Fact]
    public async Task RunOnce_PayloadWithoutInstruction_Waits()
    {
        _disk.Write(Path.Combine(_root.Receive, "X.PCK"), _payload);
        await RunAsync();
        Assert.Single(Directory.GetFiles(_root.Receive));
    }

    [Fact]
    public async Task RunOnce_OddNamesAndAFolder_NeitherStopTheOthersNorLeaveTheBox()
    {
        foreach (var name in (string[])["a b", "..", "$(x)", "-rf", "\u202ex", "'", "x.INS", "*"])
        {
            _disk.Write(Path.Combine(_root.Receive, name + ".INS"), "SMSINS 1\n"u8);
        }

        Directory.CreateDirectory(Path.Combine(_root.Receive, "FOLDER.INS"));
        File.CreateSymbolicLink(Path.Combine(_root.Receive, "gone.INS"), "/nowhere/at/all");
        Place(Good, name: "zz");
        await RunAsync();
        Assert.True(File.Exists(Report));
        Assert.Equal(18, Directory.GetFiles(SmsRoot.Quarantine(_root.Receive)).Length);
        Assert.Equal(["P01", "S01", "S02"], Directory.GetFileSystemEntries(_folder).Select(f => Path.GetFileName(f)).Order());
    }

    private async Task AssertSetAsideAsync(Action place, string reason)
    {
        place();
        await RunAsync();
        Assert.Contains(reason, Why());
        Assert.Empty(Directory.GetFiles(_root.Receive));
        Assert.False(Directory.Exists(_root.SiteConfigBox) && Directory.GetFiles(_root.SiteConfigBox).Length > 0);
        Directory.Delete(SmsRoot.Quarantine(_root.Receive), recursive: true);
    }

    private string Why() => File.ReadAllText(Path.Combine(SmsRoot.Quarantine(_root.Receive), "X.INS.why"));

    private void Put(byte[] instruction) => _disk.Write(Path.Combine(_root.Receive, "X.INS"), instruction);

    private void Place(Envelope envelope, SiteKey? key = null, byte[]? content = null, string name = "X")
    {
        _disk.Write(Path.Combine(_root.Receive, name + ".PCK"), content ?? _payload);
        _disk.Write(Path.Combine(_root.Receive, name + ".INS"), Instruction.Sign(envelope, key ?? _key));
    }

    /// <summary>The signed payload, but somewhere else, where it can still be changed.</summary>
    private void PlaceLink()
    {
        Place(Good);
        var elsewhere = Path.Combine(_root.Path, "elsewhere");
        File.Move(Path.Combine(_root.Receive, "X.PCK"), elsewhere, overwrite: true);
        File.CreateSymbolicLink(Path.Combine(_root.Receive, "X.PCK"), elsewhere);
    }

    private SiteServer.Despooler New(Guid? incarnation) =>
        new(_disk, _root, "P01", incarnation, this, new TraceLog(_disk, Path.Combine(_folder, "P01", "x.log"), "P01", TimeProvider.System));

    private Task RunAsync() => New(null).RunOnceAsync(CancellationToken.None);
}
