using System.Text.Json;
using SmsConsole.SiteServer.Formats;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;
using SmsConsole.TestKit;

namespace SmsConsole.SiteServer.Tests.Spool;

/// <summary>What is no message but lies in a box: it goes to BAD with its reason, and what lies behind it is done in the same run.</summary>
public sealed class PoisonTests : IDisposable
{
    private static readonly PhysicalDisk _disk = PhysicalDisk.Instance;
    private readonly string _folder = Directory.CreateTempSubdirectory("poison-").FullName;
    private readonly ManualTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly SiteIdentity _identity = new("S01", "P01", Guid.NewGuid(), Convert.ToBase64String(new byte[91]), new ReturnAddress("collect", null));
    private readonly SmsRoot _root;

    public PoisonTests()
    {
        _root = new SmsRoot(Path.Combine(_folder, "S01"));
        foreach (var directory in (string[])[Outbox, _root.ToSend, _root.SiteConfigBox, _root.StatusBox, _root.Trust])
        {
            Directory.CreateDirectory(directory);
        }
    }

    private string Outbox => _root.Outbox(Scheduler.LanOutbox);

    private TraceLog Log => new(_disk, Path.Combine(_folder, "x.log"), "S01", _clock);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Sender_Poison_IsSetAsideAndTheRestIsSent()
    {
        Poison(Outbox, ".SRQ");
        var links = new Senders.ScriptedLinks();
        await using var sender = new Sender(_disk, _root, links, links, links, _clock, Log);
        foreach (var extension in (string[])[".P00", ".I00"])
        {
            _disk.Write(Path.Combine(_root.ToSend, "Z1" + extension), [1, 2, 3]);
        }

        _disk.Write(Path.Combine(Outbox, "Z1.SRQ"), new SendRequest
        {
            RequestId = "Z1",
            JobId = "Z1",
            Destination = "S02",
            Incarnation = _identity.Incarnation,
            Kind = SendRequestKind.Package,
            Priority = SendRequestPriority.Medium,
            State = SendRequestState.None,
            Outbox = Scheduler.LanOutbox,
            PackageFile = Path.Combine(_root.ToSend, "Z1.P00"),
            InstructionFile = Path.Combine(_root.ToSend, "Z1.I00"),
            PackageName = "Z1",
            CreatedAt = _clock.GetUtcNow(),
        }.ToBytes());
        await WithinAsync(sender.RunOnceAsync);
        await sender.WhenIdleAsync();
        Assert.Equal(["Z1"], links.Sent);
        AssertSetAside(Outbox, ".SRQ");
    }

    [Fact]
    public async Task Scheduler_Poison_IsSetAsideAndTheRestIsScheduled()
    {
        Poison(_root.ScheduleBox, ".JOB");
        using var key = SiteKey.LoadOrCreate(_disk, _root);
        var payload = Scheduler.PayloadFile(_root, "S0100001");
        _disk.Write(payload, [1]);
        Scheduler.Place(_disk, _root, new SystemJob("S0100001", "x", SystemJobKind.Package, "P01", _identity.Incarnation, 2, payload, EnvelopeTypes.Status, EnvelopeStreams.Status, null, _clock.GetUtcNow()));
        await WithinAsync(new Scheduler(_disk, _root, "S01", key, _clock, Log).RunOnceAsync);
        Assert.True(File.Exists(Path.Combine(Outbox, "S0100001.SRQ")));
        AssertSetAside(_root.ScheduleBox, ".JOB");
    }

    [Fact]
    public async Task SiteConfigManager_Poison_IsSetAsideAndTheWishIsApplied()
    {
        Poison(_root.SiteConfigBox, ".CT1");
        _disk.Write(Path.Combine(_root.SiteConfigBox, "Z.CT1"), FileParent.ControlFile("S01", _root.Path).ToBytes());
        var status = new StatusManager(_disk, _root, _identity, _clock, Log);
        await WithinAsync(new SiteServer.SiteConfigManager(_disk, _root, _identity, status, () => [], _clock, Log).RunOnceAsync);
        Assert.True(File.Exists(_root.MasterSiteControlFile));
        AssertSetAside(_root.SiteConfigBox, ".710");
    }

    [Fact]
    public async Task StatusManager_Poison_IsSetAsideAndTheRestIsTold()
    {
        Poison(_root.StatusBox, ".SVF");
        var status = new StatusManager(_disk, _root, _identity, _clock, Log);
        status.Raise("X", 1, TraceLevel.Information, "told");
        await WithinAsync(status.RunOnceAsync);
        var batch = JsonSerializer.Deserialize(_disk.ReadAll(Assert.Single(_disk.ListFiles(_root.ToSend, "*.P00")), 99_999), SiteJson.Default.IReadOnlyListSiteMessage)!;
        Assert.Equal(["told"], batch.Select(m => m.Text));
        AssertSetAside(_root.StatusBox, ".SVF");
    }

    /// <summary>Names that come before every real one: what hangs or throws at them does nothing else.</summary>
    private static void Poison(string box, string extension)
    {
        Directory.CreateDirectory(box);
        string In(string name) => Path.Combine(box, "!" + name + extension);
        File.WriteAllBytes(In("empty"), []);
        File.CreateSymbolicLink(In("nowhere"), "/nowhere/at/all");
        File.CreateSymbolicLink(In("loop"), In("loop"));
        File.CreateSymbolicLink(In("zero"), "/dev/zero");
        Directory.CreateDirectory(In("folder"));
        using var pipe = System.Diagnostics.Process.Start("mkfifo", [In("pipe")]);
        pipe.WaitForExit();
        Assert.Equal(0, pipe.ExitCode);
    }

    private static void AssertSetAside(string box, string extension)
    {
        Assert.DoesNotContain(Directory.GetFiles(box), f => Path.GetFileName(f).StartsWith('!'));
        var bad = Directory.GetFileSystemEntries(SmsRoot.Quarantine(box)).Select(f => Path.GetFileName(f));
        Assert.Equal(((string[])["empty", "loop", "nowhere", "pipe", "zero"]).SelectMany(n => (string[])[$"!{n}{extension}", $"!{n}{extension}.why"]).Order(), bad.Order());
    }

    private static Task WithinAsync(Func<CancellationToken, Task> run) => Task.Run(() => run(CancellationToken.None)).WaitAsync(TimeSpan.FromSeconds(20));
}
