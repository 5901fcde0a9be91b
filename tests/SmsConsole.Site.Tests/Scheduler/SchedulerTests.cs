using SmsConsole.SiteServer.Formats;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;
using SmsConsole.TestKit;

namespace SmsConsole.SiteServer.Tests.Scheduling;

public sealed class SchedulerTests : IDisposable
{
    private static readonly PhysicalDisk _disk = PhysicalDisk.Instance;
    private readonly string _folder = Directory.CreateTempSubdirectory("scheduler-").FullName;
    private readonly ManualTimeProvider _clock = new();
    private readonly SmsRoot _root;
    private readonly SiteKey _key;

    public SchedulerTests()
    {
        _root = new SmsRoot(Path.Combine(_folder, "P01"));
        _key = SiteKey.LoadOrCreate(_disk, _root);
        Directory.CreateDirectory(_root.ScheduleBox);
    }

    private string Outbox => _root.Outbox(Scheduler.LanOutbox);

    public void Dispose()
    {
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task RunOnce_PackageJob_BecomesARequestWithASignedInstruction()
    {
        Place(Package("P0100001"));
        await RunAsync();
        var request = SendRequest.Parse(_disk.ReadAll(Path.Combine(Outbox, "P0100001.SRQ"), 99_999)).Value!;
        Assert.Equal(("S01", SendRequestPriority.Medium, 3L, SendRequestState.None), (request.Destination, request.Priority, request.BytesTotal, request.State));
        var instruction = Instruction.TryRead(_disk.ReadAll(request.InstructionFile, 99_999), out _)!;
        Assert.True(Instruction.IsSignedBy(instruction, _key.PublicKey));
        Assert.Equal(("P01", "S01", 1L, 3L), (instruction.Envelope.Source, instruction.Envelope.Destination, instruction.Envelope.Sequence, instruction.Envelope.Length));
        Assert.Empty(_disk.ListFiles(_root.ScheduleBox));
    }

    [Fact]
    public async Task RunOnce_SameJobTwice_IsOneRequest()
    {
        var job = Package("P0100001");
        Place(job);
        Place(job);
        await RunAsync();
        var first = _disk.ReadAll(Path.Combine(Outbox, "P0100001.SRQ"), 99_999);
        Place(job);
        await RunAsync();
        Assert.Equal(first, _disk.ReadAll(Path.Combine(Outbox, "P0100001.SRQ"), 99_999));
        _disk.Move(Path.Combine(Outbox, "P0100001.SRQ"), Path.Combine(Outbox, "P0100001.SRS")); // claimed
        Place(job);
        await RunAsync();
        Assert.Single(_disk.ListFiles(Outbox));
        Assert.Empty(_disk.ListFiles(_root.ScheduleBox));
    }

    [Fact]
    public async Task RunOnce_PayloadMissing_IsSetAsideAndTheNextGoes()
    {
        Place(Package("P0100001"));
        _disk.Delete(Scheduler.PayloadFile(_root, "P0100001"));
        Place(Package("P0100002"));
        await RunAsync();
        Assert.Single(_disk.ListFiles(Outbox));
        Assert.Contains("is not there", Why("P0100001"));
    }

    [Fact]
    public async Task RunOnce_Poison_IsSetAsideAndTheNextGoes()
    {
        var good = Package("P0100002");
        _disk.Write(Path.Combine(_root.ScheduleBox, "A.JOB"), []);
        _disk.Write(Path.Combine(_root.ScheduleBox, "B.JOB"), "null"u8);
        _disk.Write(Path.Combine(_root.ScheduleBox, "C.JOB"), new byte[70_000]);
        foreach (var (name, bad) in (IEnumerable<(string, SystemJob)>)
        [
            ("D", good with { Id = "../../x" }), ("E", good with { Destination = "CON" }), ("F", good with { Priority = 9 }), ("G", good with { PayloadFile = null }),
            ("H", good with { Stream = null }), ("I", good with { Kind = SystemJobKind.Bootstrap }), ("J", good with { Id = "" }), ("K", good with { Id = new string('A', 33) }),
        ])
        {
            _disk.Write(Path.Combine(_root.ScheduleBox, name + ".JOB"), System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(bad, SiteJson.Default.SystemJob));
        }

        Place(good);
        await RunAsync();
        Assert.Single(_disk.ListFiles(Outbox));
        Assert.Equal(22, _disk.ListFiles(SmsRoot.Quarantine(_root.ScheduleBox)).Count);
        Assert.Empty(_disk.ListFiles(_root.ScheduleBox));
    }

    [Fact]
    public async Task RunOnce_PayloadThatCannotBeReadNow_WaitsAndTheNextGoes()
    {
        var blocked = Package("P0100001");
        Place(blocked);
        Place(Package("P0100002"));
        using (new FileStream(blocked.PayloadFile!, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            await RunAsync();
            Assert.EndsWith("P0100002.SRQ", Assert.Single(_disk.ListFiles(Outbox)));
            Assert.EndsWith("P0100001.JOB", Assert.Single(_disk.ListFiles(_root.ScheduleBox)));
        }

        await RunAsync();
        Assert.Equal(2, _disk.ListFiles(Outbox).Count);
    }

    private string Why(string id) => File.ReadAllText(Path.Combine(SmsRoot.Quarantine(_root.ScheduleBox), id + ".JOB.why"));

    private void Place(SystemJob job) => Scheduler.Place(_disk, _root, job);

    private SystemJob Package(string id)
    {
        var payload = Scheduler.PayloadFile(_root, id);
        _disk.CreateDirectory(_root.ToSend);
        _disk.Write(payload, [1, 2, 3]);
        return new SystemJob(id, "Job", SystemJobKind.Package, "S01", Guid.NewGuid(), 2, payload, EnvelopeTypes.SiteControl, EnvelopeStreams.Control, null, _clock.GetUtcNow());
    }

    private Task RunAsync() => new Scheduler(_disk, _root, "P01", _key, _clock, new TraceLog(_disk, Path.Combine(_folder, "x.log"), "P01", _clock)).RunOnceAsync(CancellationToken.None);
}
