using System.Text;
using SmsConsole.SiteServer.Formats;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;
using SmsConsole.TestKit;

namespace SmsConsole.SiteServer.Tests.Configuring;

public sealed class SiteConfigManagerTests : IDisposable
{
    private static readonly PhysicalDisk _disk = PhysicalDisk.Instance;
    private readonly string _folder = InProcessInstall.NewFolder();
    private readonly ManualTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly SmsRoot _root;
    private readonly SiteIdentity _identity = new("S01", "P01", Guid.NewGuid(), Convert.ToBase64String(new byte[91]), new ReturnAddress("collect", null));

    private IReadOnlyList<ServiceState> _services = [new("X", "Running", DateTimeOffset.UnixEpoch, 3)];

    public SiteConfigManagerTests()
    {
        _root = new SmsRoot(Path.Combine(_folder, "S01"));
        Directory.CreateDirectory(_root.SiteConfigBox);
        Directory.CreateDirectory(_root.Trust);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task RunOnce_Wish_BecomesTheMasterAndIsReportedByAJob()
    {
        Place("P0100001", 1, "Install S01");
        await RunAsync();
        Assert.Equal("Install S01", Master().Comment);
        var (job, report) = Assert.Single(Jobs());
        Assert.Equal((EnvelopeTypes.SiteReport, "P01", _identity.Incarnation), (job.EnvelopeType, job.Destination, job.Incarnation));
        Assert.Equal((SiteControlFileType.Actual, "S01", "Install S01"), (report.Type, report.OriginatingSite, report.Comment));
        Assert.Contains(report.Properties, p => p.Name == "Service State X" && p.Text1 == "Running" && p.Number == 3);
        Assert.Equal(["SITECTRL.CT0"], Directory.GetFiles(_root.SiteConfigBox).Select(f => Path.GetFileName(f)));
        Assert.Equal([SiteEvents.SiteConfigured], Told());
    }

    [Theory]
    [InlineData("noise", ".710")]
    [InlineData("", ".710")]
    [InlineData("foreign", ".714")]
    [InlineData("huge", null)]
    public async Task RunOnce_BadWish_IsSetAsideUnderItsErrorNumberAndTold(string kind, string? extension)
    {
        Place("P0100001", 1, "good");
        await RunAsync();
        var content = kind switch
        {
            "foreign" => FileParent.ControlFile("S02", "/x").ToBytes(),
            "huge" => new byte[SiteControlFile.MaxBytes + 1],
            _ => Encoding.ASCII.GetBytes(kind),
        };
        _disk.Write(Path.Combine(_root.SiteConfigBox, "P0100002.CT1"), content);
        _disk.Write(Path.Combine(_root.SiteConfigBox, "P0100002.ENV"), Envelope(2));
        await RunAsync();
        var set = Directory.GetFiles(SmsRoot.Quarantine(_root.SiteConfigBox)).Order().ToList();
        Assert.Equal(2, set.Count);
        Assert.Matches(@"P0100002\.71\d$", set[0]);
        if (extension is not null)
        {
            Assert.EndsWith("P0100002" + extension, set[0]);
        }

        Assert.Equal("good", Master().Comment);
        Assert.Equal(["SITECTRL.CT0"], Directory.GetFiles(_root.SiteConfigBox).Select(f => Path.GetFileName(f)));
        Assert.Contains(SiteEvents.BadSiteControlFile, Told());
    }

    [Fact]
    public async Task RunOnce_OlderWishAfterANewerOne_DoesNotTurnTheSiteBack()
    {
        Place("_INIT", 2, "first");
        await RunAsync();
        Place("P0100005", 5, "fifth");
        Place("P0100004", 4, "fourth");
        Place("_INIT", 2, "first again");
        await RunAsync();
        Assert.Equal("fifth", Master().Comment);
        Assert.Equal(["SITECTRL.CT0"], Directory.GetFiles(_root.SiteConfigBox).Select(f => Path.GetFileName(f)));
        Place("P0100006", 6, "sixth");
        await RunAsync();
        Assert.Equal("sixth", Master().Comment);
    }

    [Fact]
    public async Task RunOnce_WishLaidByAPerson_IsTheNewest()
    {
        Place("P0100005", 5, "fifth");
        await RunAsync();
        _disk.Write(Path.Combine(_root.SiteConfigBox, "MINE.CT1"), Wish("mine"));
        await RunAsync();
        Assert.Equal("mine", Master().Comment);
    }

    [Fact]
    public async Task RunOnce_ADayWithoutAReport_SendsTheHeartbeat()
    {
        Place("P0100001", 1, "first");
        await RunAsync();
        _clock.Advance(TimeSpan.FromHours(23.9));
        await RunAsync();
        Assert.Single(Jobs());
        _clock.Advance(TimeSpan.FromHours(0.2));
        await RunAsync();
        Assert.Equal(2, Jobs().Count);
        Assert.Contains(Jobs(), j => j.Report.Comment == "Heartbeat");
    }

    [Fact]
    public async Task RunOnce_ServicesStartedSinceTheLastReport_AreReportedOnce()
    {
        Place("P0100001", 1, "first");
        await RunAsync();
        _services = [_services[0] with { Since = DateTimeOffset.UnixEpoch.AddHours(1), Restarts = 4 }];
        await RunAsync();
        await RunAsync();
        Assert.Equal(2, Jobs().Count);
        var report = Assert.Single(Jobs(), j => j.Report.Comment == "The services have been started.").Report;
        Assert.Contains(report.Properties, p => p.Name == "Service State X" && p.Number == 4);
    }

    [Fact]
    public async Task RunOnce_ReportLeftByACrash_GetsItsJob()
    {
        _disk.Write(Path.Combine(_root.SiteConfigBox, "0A0B0C0D.CT2"), Wish("left"));
        _disk.Write(Path.Combine(_root.SiteConfigBox, "not a name.CT2"), Wish("odd"));
        await RunAsync();
        Assert.Equal("S010A0B0C0D", Assert.Single(Jobs()).Job.Id);
        Assert.Equal(2, Directory.GetFiles(SmsRoot.Quarantine(_root.SiteConfigBox)).Length);
    }

    [Fact]
    public async Task RunOnce_BeforeAnyWish_DoesNothing()
    {
        await RunAsync();
        Assert.Empty(Jobs());
    }

    private static byte[] Wish(string comment) => SiteControlFile.From(FileParent.ControlFile("S01", "/x").Image with { Comment = comment }).ToBytes();

    private byte[] Envelope(long sequence) => System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(
        new Envelope(1, "P01", "S01", _identity.Incarnation, EnvelopeStreams.Control, sequence, EnvelopeTypes.SiteControl, 1, new string('0', 64), DateTimeOffset.UnixEpoch), SiteJson.Default.Envelope);

    private void Place(string name, long sequence, string comment)
    {
        _disk.Write(Path.Combine(_root.SiteConfigBox, name + ".ENV"), Envelope(sequence));
        _disk.Write(Path.Combine(_root.SiteConfigBox, name + ".CT1"), Wish(comment));
    }

    private SiteControlImage Master() => SiteControlFile.Parse(_disk.ReadAll(_root.MasterSiteControlFile, 1 << 20)).Value!.Image;

    private List<(SystemJob Job, SiteControlImage Report)> Jobs() =>
    [
        .. _disk.ListFiles(_root.ScheduleBox, "*.JOB")
            .Select(f => SiteJson.TryRead(_disk.ReadAll(f, 1 << 20), SiteJson.Default.SystemJob, out _)!)
            .Select(j => (j, SiteControlFile.Parse(_disk.ReadAll(j.PayloadFile!, 1 << 20)).Value!.Image)),
    ];

    private List<int> Told() => [.. _disk.ListFiles(_root.StatusBox, "*.SVF").Select(f => SiteJson.TryRead(_disk.ReadAll(f, 1 << 20), SiteJson.Default.SiteMessage, out _)!.MessageId)];

    private Task RunAsync()
    {
        var log = new TraceLog(_disk, Path.Combine(_folder, "x.log"), "S01", _clock);
        var status = new StatusManager(_disk, _root, _identity, _clock, log);
        return new SiteServer.SiteConfigManager(_disk, _root, _identity, status, () => _services, _clock, log).RunOnceAsync(CancellationToken.None);
    }
}
