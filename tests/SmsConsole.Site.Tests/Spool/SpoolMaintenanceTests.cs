using SmsConsole.SiteServer.Spool;
using SmsConsole.TestKit;

namespace SmsConsole.SiteServer.Tests.Spool;

public sealed class SpoolMaintenanceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("spool-").FullName;
    private readonly ManualTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly IDisk _disk = PhysicalDisk.Instance;
    private readonly SmsRoot _root;
    private readonly SpoolMaintenance _maintenance;

    public SpoolMaintenanceTests()
    {
        _root = new SmsRoot(Path.Combine(_folder, "S01"));
        _maintenance = new SpoolMaintenance(_disk, _root, _clock, new TraceLog(_disk, Path.Combine(_folder, "x.log"), "S01", _clock));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Run_FileOfUnknownType_IsSetAsideWithTheReasonOnceItIsOld()
    {
        foreach (var box in Boxes())
        {
            Add(Path.Combine(box, "OLD.XYZ"), SpoolLimits.StrangerAge * 2);
            Add(Path.Combine(box, "noextension"), SpoolLimits.StrangerAge * 2);
            Add(Path.Combine(box, "HALF.XYZ"), TimeSpan.Zero);
        }

        Run();

        foreach (var box in Boxes())
        {
            Assert.Equal(["HALF.XYZ"], Names(box));
            Assert.Equal(["OLD.XYZ", "OLD.XYZ.why", "noextension", "noextension.why"], Names(SmsRoot.Quarantine(box)));
            Assert.Contains("Nobody takes a file of the type .XYZ here", File.ReadAllText(Path.Combine(SmsRoot.Quarantine(box), "OLD.XYZ.why")), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Run_WhatComponentsWaitFor_StaysHoweverOld()
    {
        string[] files =
        [
            Path.Combine(_root.ScheduleBox, "S0100001.JOB"), Path.Combine(_root.ToSend, "S0100001.P00"), Path.Combine(_root.ToSend, "S0100001.I00"),
            Path.Combine(_root.Outbox("LAN"), "S0100002.SRQ"), Path.Combine(_root.ToSend, "S0100002.P00"),
            Path.Combine(_root.Outbox("LAN"), "S0100003.SRS"), Path.Combine(_root.ToSend, "S0100003.I00"),
            Path.Combine(_root.Receive, "P0100001.PCK"), Path.Combine(_root.Receive, "P0100001.INS"),
            Path.Combine(_root.Collect, "S0100004.PCK"), Path.Combine(_root.Collect, "S0100004.INS"), Path.Combine(_root.Collect, "S0100005.PCK"),
            Path.Combine(_root.SiteConfigBox, "SITECTRL.CT0"), Path.Combine(_root.SiteConfigBox, "A.CT1"), Path.Combine(_root.SiteConfigBox, "A.CT2"), Path.Combine(_root.SiteConfigBox, "A.ENV"),
            Path.Combine(_root.StatusBox, "A.SVF"), Path.Combine(_root.Trust, "SITE.KEY"), Path.Combine(_root.Trust, "RCV", "P01.x.control"), _root.BootstrapOrder,
        ];
        foreach (var file in files)
        {
            Add(file, TimeSpan.FromDays(400));
        }

        Run();

        Assert.All(files, file => Assert.True(File.Exists(file), file));
    }

    [Fact]
    public void Run_LeftOvers_GoOnceTheyAreOldEnough()
    {
        (string File, TimeSpan Age)[] leftOvers =
        [
            (Path.Combine(_root.ToSend, "S0100001.P00"), SpoolLimits.UnsentAge),
            (Path.Combine(_root.ToSend, "S0100001.I00"), SpoolLimits.UnsentAge),
            (Path.Combine(_root.Receive, "P0100001.PRT"), SpoolLimits.UnfinishedAge),
            (Path.Combine(_root.Receive, "P0100002.PCK"), SpoolLimits.UnfinishedAge),
            (Path.Combine(_root.Collect, "S0100001.PRT"), SpoolLimits.UnfinishedAge),
            (Path.Combine(_root.Path, "SITE.SRV", "x.0123.tmp~"), SpoolLimits.TemporaryAge),
            (Path.Combine(_root.Trust, "SEQ", "x.0123.tmp~"), SpoolLimits.TemporaryAge),
            (Path.Combine(_root.Path, "BOOTSTRP.CFG.0123.tmp~"), SpoolLimits.TemporaryAge),
        ];
        foreach (var (file, age) in leftOvers)
        {
            Add(file, age - TimeSpan.FromMinutes(1));
        }

        Run();
        Assert.All(leftOvers, l => Assert.True(File.Exists(l.File), l.File));

        foreach (var (file, age) in leftOvers)
        {
            Add(file, age + TimeSpan.FromMinutes(1));
        }

        Run();
        Assert.All(leftOvers, l => Assert.False(File.Exists(l.File), l.File));
    }

    [Fact]
    public void Run_BadFolder_KeepsTheNewestWithTheirReasons()
    {
        var bad = SmsRoot.Quarantine(_root.StatusBox);
        for (var i = 0; i < SpoolLimits.BadFiles + 7; i++)
        {
            Add(Path.Combine(bad, $"{i:000}.SVF"), TimeSpan.FromMinutes(i));
            Add(Path.Combine(bad, $"{i:000}.SVF.why"), TimeSpan.FromMinutes(i));
        }

        var old = SmsRoot.Quarantine(_root.Receive);
        Add(Path.Combine(old, "OLD.PCK"), SpoolLimits.BadAge + TimeSpan.FromHours(1));
        Add(Path.Combine(old, "OLD.PCK.why"), SpoolLimits.BadAge + TimeSpan.FromHours(1));

        Run();

        Assert.Equal(Enumerable.Range(0, SpoolLimits.BadFiles).SelectMany(i => new[] { $"{i:000}.SVF", $"{i:000}.SVF.why" }), Names(bad));
        Assert.Empty(Names(old));
    }

    [Fact]
    public void Run_BadFolderTooLarge_KeepsTheNewestThatFits()
    {
        var bad = SmsRoot.Quarantine(_root.Receive);
        foreach (var (name, minutes) in new[] { ("A.PCK", 1), ("B.PCK", 2) })
        {
            Add(Path.Combine(bad, name), TimeSpan.Zero);
            using (var file = new FileStream(Path.Combine(bad, name), FileMode.Open))
            {
                file.SetLength(SpoolLimits.BadBytes + 1); // sparse
            }

            File.SetLastWriteTimeUtc(Path.Combine(bad, name), _clock.GetUtcNow().UtcDateTime.AddMinutes(-minutes));
        }

        Run();

        Assert.Equal(["A.PCK"], Names(bad));
    }

    /// <summary>Every inbox there is.</summary>
    private string[] Boxes() => [_root.ScheduleBox, _root.ToSend, _root.SiteConfigBox, _root.StatusBox, _root.Receive, _root.Collect, _root.Outbox("LAN")];

    private static IEnumerable<string> Names(string folder) => Directory.GetFiles(folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal);

    private void Add(string file, TimeSpan age)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "x");
        File.SetLastWriteTimeUtc(file, (_clock.GetUtcNow() - age).UtcDateTime);
    }

    private void Run()
    {
        _clock.Advance(SpoolMaintenance.Every);
        foreach (var file in Directory.GetFiles(_folder, "*", SearchOption.AllDirectories))
        {
            // The hour that had to pass is not what a test is about.
            File.SetLastWriteTimeUtc(file, File.GetLastWriteTimeUtc(file) + SpoolMaintenance.Every);
        }

        _maintenance.RunWhenDue();
    }
}
