using SmsConsole.SiteServer.Spool;

namespace SmsConsole.SiteServer.Tests.Spool;

public sealed class TraceLogReaderTests : IDisposable
{
    private readonly string _file = Path.Combine(Directory.CreateTempSubdirectory("log-").FullName, "sched.log");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_file)!, recursive: true);

    [Theory]
    [InlineData(0, "one two", 8)]
    [InlineData(4, "two", 8)]
    [InlineData(8, "", 8)]
    [InlineData(-9, "two", 8)]
    [InlineData(-999, "one two", 8)]
    [InlineData(11, "", 11)]
    public void Read_FromAnOffset_GivesWholeLines(long offset, string lines, long next)
    {
        File.WriteAllText(_file, "one\ntwo\nthr");

        var piece = Read(offset);

        Assert.Equal(lines, string.Join(' ', piece.Lines));
        Assert.Equal(next, piece.NextOffset);
    }

    [Fact]
    public void Read_LogBegunAnew_FromItsBeginning()
    {
        File.WriteAllText(_file, "new\n");

        Assert.Equal(["new"], Read(2 << 20).Lines);
        Assert.Equal(4, Read(2 << 20).NextOffset);
    }

    [Fact]
    public void Read_LineLongerThanAPiece_InPartsAndGoesOn()
    {
        File.WriteAllText(_file, new string('x', TraceLogReader.MaximumPiece + 10) + "\nend\n");

        var first = Read(0);
        var second = Read(first.NextOffset);

        Assert.Equal(TraceLogReader.MaximumPiece, Assert.Single(first.Lines).Length);
        Assert.Equal([new string('x', 10), "end"], second.Lines);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Read_NoLogOrAnEmptyOne_IsNothing(string? content)
    {
        if (content is not null)
        {
            File.WriteAllText(_file, content);
        }

        Assert.Empty(Read(-100).Lines);
        Assert.Equal(0, Read(7).NextOffset);
    }

    private LogPiece Read(long offset) => TraceLogReader.Read(PhysicalDisk.Instance, _file, offset);
}
