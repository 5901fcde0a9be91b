using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;
using SmsConsole.TestKit;

namespace SmsConsole.SiteServer.Tests.StatusMessages;

public sealed class StatusManagerTests : IDisposable
{
    private static readonly PhysicalDisk _disk = PhysicalDisk.Instance;
    private readonly string _folder = Directory.CreateTempSubdirectory("status-").FullName;
    private readonly ManualTimeProvider _clock = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task RunOnce_ManyLongMessages_GoInBatchesTheParentTakes()
    {
        var root = new SmsRoot(Path.Combine(_folder, "S01"));
        Directory.CreateDirectory(root.Logs);
        var identity = new SiteIdentity("S01", "P01", Guid.NewGuid(), "key", new ReturnAddress("collect", null));
        var status = new StatusManager(_disk, root, identity, _clock, new TraceLog(_disk, Path.Combine(_folder, "x.log"), "S01", _clock));
        for (var i = 0; i < 60; i++)
        {
            // Quotes and signs outside ASCII take six bytes each in JSON.
            status.Raise("SMS_EXECUTIVE", i, TraceLevel.Information, new string('\u00e4', 2000));
        }

        var told = new List<int>();
        while (_disk.ListFiles(root.StatusBox, "*.SVF").Count > 0)
        {
            await status.RunOnceAsync(CancellationToken.None);
        }

        foreach (var file in _disk.ListFiles(root.ScheduleBox, "*.JOB"))
        {
            var job = SiteJson.TryRead(_disk.ReadAll(file, 1 << 20), SiteJson.Default.SystemJob, out _)!;
            var content = _disk.ReadAll(job.PayloadFile!, 1 << 20);
            Assert.InRange(content.Length, 2, (512 << 10) + 2);
            told.AddRange(SiteJson.TryRead(content, SiteJson.Default.IReadOnlyListSiteMessage, out _)!.Select(m => m.MessageId));
        }

        Assert.Equal(Enumerable.Range(0, 60), told.Order());
    }
}
