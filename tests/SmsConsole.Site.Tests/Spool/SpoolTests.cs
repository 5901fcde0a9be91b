using System.Text;
using SmsConsole.SiteServer.Spool;
using SmsConsole.TestKit;

namespace SmsConsole.SiteServer.Tests.Spool;

public sealed class SpoolTests : IDisposable
{
    private static readonly PhysicalDisk _disk = PhysicalDisk.Instance;
    private readonly string _folder = Directory.CreateTempSubdirectory("spool-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Write_TargetIsADirectory_LeavesNoTemporaryFile()
    {
        Directory.CreateDirectory(In("taken"));
        File.WriteAllText(In("taken/x"), "x");
        Assert.ThrowsAny<Exception>(() => _disk.Write(In("taken"), [1, 2, 3]));
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Write_OverAFile_ReplacesItWhole()
    {
        _disk.Write(In("file"), "a long old content"u8);
        _disk.Write(In("file"), "new"u8);
        Assert.Equal("new", File.ReadAllText(In("file")));
        Assert.Single(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void Write_OwnerOnly_IsReadableByTheOwnerAlone()
    {
        _disk.Write(In("key"), [1], ownerOnly: true);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(In("key")));
        }
    }

    [Fact]
    public void ListFiles_FilesBeingWritten_AreHiddenAndTheRestIsInOrder()
    {
        foreach (var name in (string[])["b.INS", "a.INS", "a.INS.0123.tmp~", "c.PCK"])
        {
            File.WriteAllText(In(name), "");
        }

        Assert.Equal([In("a.INS"), In("b.INS")], _disk.ListFiles(_folder, "*.INS"));
        Assert.Equal(3, _disk.ListFiles(_folder).Count);
        Assert.Empty(_disk.ListFiles(In("none")));
        Assert.Empty(_disk.ListDirectories(In("none")));
    }

    [Theory]
    [InlineData(9, false)]
    [InlineData(10, false)]
    [InlineData(11, true)]
    public void ReadAll_AroundTheLimit_RefusesWhatIsLonger(int length, bool refused)
    {
        File.WriteAllBytes(In("file"), new byte[length]);
        if (refused)
        {
            Assert.Throws<InvalidDataException>(() => _disk.ReadAll(In("file"), 10));
        }
        else
        {
            Assert.Equal(length, _disk.ReadAll(In("file"), 10).Length);
        }
    }

    [Fact]
    public void ReadAll_HugeSparseFile_TakesNoMemory()
    {
        using (var file = File.Create(In("huge")))
        {
            file.SetLength(1L << 40);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidDataException>(() => _disk.ReadAll(In("huge"), 1 << 20));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void OpenWrite_AtAnOffset_CutsOffWhatLiesBehind()
    {
        File.WriteAllText(In("file"), "0123456789");
        using (var stream = _disk.OpenWrite(In("file"), 4))
        {
            stream.Write("xy"u8);
            _disk.Flush(stream);
            Assert.Equal("0123xy", Encoding.ASCII.GetString(_disk.ReadAll(In("file"), 100)));
        }
    }

    [Fact]
    public void DeleteDirectory_LinkToAnother_RemovesTheLinkOnly()
    {
        Directory.CreateDirectory(In("kept"));
        File.WriteAllText(In("kept/file"), "x");
        Directory.CreateDirectory(In("gone"));
        Directory.CreateSymbolicLink(In("gone/link"), In("kept"));
        Directory.CreateSymbolicLink(In("link"), In("kept"));
        _disk.DeleteDirectory(In("gone"));
        _disk.DeleteDirectory(In("link"));
        _disk.DeleteDirectory(In("never there"));
        Assert.True(File.Exists(In("kept/file")));
        Assert.Equal([In("kept")], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void Delete_NothingThere_IsNoError() => _disk.Delete(In("nothing"));

    [Fact]
    public void FreeSpace_DirectoryThatIsNotThereYet_IsThatOfItsVolume() => Assert.True(_disk.FreeSpace(In("a/b/c")) > 0);

    [Fact]
    public void SetAside_FilesWithAReason_AreInBadWithIt()
    {
        File.WriteAllText(In("x.PCK"), "p");
        File.WriteAllText(In("x.INS"), "i");
        Inbox.SetAside(_disk, _folder, "It is bad.", null, In("x.PCK"), In("x.INS"), In("missing"));
        Assert.Equal("p", File.ReadAllText(In("BAD/x.PCK")));
        Assert.Equal("It is bad.\n", File.ReadAllText(In("BAD/x.INS.why")));
        Assert.Empty(Directory.GetFiles(_folder));

        File.WriteAllText(In("wish.CT1"), "w");
        Inbox.SetAside(_disk, _folder, "It is bad.", ".714", In("wish.CT1"));
        Assert.Equal("w", File.ReadAllText(In("BAD/wish.714")));
    }

    [Fact]
    public void SetAside_MoreThanABadFolderHolds_KeepsTheNewestAtOnce()
    {
        var oldest = DateTime.UnixEpoch.AddYears(50);
        for (var i = 0; i <= SpoolLimits.BadFiles; i++)
        {
            File.WriteAllText(In($"{i:000}.PCK"), "p");
            File.SetLastWriteTimeUtc(In($"{i:000}.PCK"), oldest.AddMinutes(i));
            Inbox.SetAside(_disk, _folder, "It is bad.", null, In($"{i:000}.PCK"));
        }

        Assert.Equal(Enumerable.Range(1, SpoolLimits.BadFiles).SelectMany(i => new[] { In($"BAD/{i:000}.PCK"), In($"BAD/{i:000}.PCK.why") }), Directory.GetFiles(In("BAD")).Order(StringComparer.Ordinal));

        File.WriteAllText(In("large.PCK"), "p");
        using (var large = new FileStream(In("large.PCK"), FileMode.Open))
        {
            large.SetLength(SpoolLimits.BadBytes + 1); // sparse
        }

        Inbox.SetAside(_disk, _folder, "It is bad.", null, In("large.PCK"));
        Assert.Equal([In("BAD/large.PCK"), In("BAD/large.PCK.why")], Directory.GetFiles(In("BAD")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void SetAside_DiskFull_StillClearsTheWay()
    {
        Directory.CreateDirectory(In("BAD"));
        File.WriteAllText(In("x.INS"), "i");
        var full = new CrashingDisk(0, DiskFault.Full);
        Inbox.SetAside(full, _folder, "It is bad.", null, In("x.INS"));
        Assert.True(File.Exists(In("BAD/x.INS")));
        Assert.False(File.Exists(In("x.INS")));
    }

    [Fact]
    public void TraceLog_ControlCharactersAndLength_AreOneLine()
    {
        var log = new TraceLog(_disk, In("x.log"), "S01", new ManualTimeProvider());
        log.Warning("a\nb\r\u001b[2J\u0085c\0");
        log.Error(new string('x', 100_000));
        var lines = File.ReadAllLines(In("x.log"));
        Assert.Equal(2, lines.Length);
        Assert.Equal("2026-01-05T08:00:00.000Z W S01 a b  [2J c ", lines[0]);
        Assert.True(lines[1].Length < 4100);
    }

    [Fact]
    public void TraceLog_Full_BecomesTheGenerationBefore()
    {
        var log = new TraceLog(_disk, In("x.log"), "S01", new ManualTimeProvider(), maximumLength: 1000);
        for (var i = 0; i < 200; i++)
        {
            log.Information($"line {i}");
        }

        Assert.InRange(new FileInfo(In("x.log")).Length, 1, 1100);
        Assert.InRange(new FileInfo(In("x.lo_")).Length, 1000, 1100);
        Assert.EndsWith("line 199", File.ReadAllLines(In("x.log"))[^1]);
        Assert.Equal(2, Directory.GetFiles(_folder).Length);
    }

    [Fact]
    public void TraceLog_NowhereToWrite_DoesNotFailTheWork() =>
        new TraceLog(_disk, In("none/x.log"), "S01", TimeProvider.System).Error("lost");

    private string In(string name) => Path.Combine(_folder, name);
}
