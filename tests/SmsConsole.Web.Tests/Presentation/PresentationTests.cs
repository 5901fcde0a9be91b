using SmsConsole.Data.Queries;
using SmsConsole.Engine;
using SmsConsole.Web.Components.Shared;
using SmsConsole.Web.Features.Jobs;
using SmsConsole.Web.Features.Sites;
using SmsConsole.Web.Features.Status;

namespace SmsConsole.Web.Tests.Presentation;

public sealed class PresentationTests
{
    [Fact]
    public void Of_EveryState_HasItsOwnWordsAndAnIcon()
    {
        AllDiffer(Enum.GetValues<SiteStatus>().Select(SitePresentation.Of));
        AllDiffer(Enum.GetValues<PhaseState>().Select(SitePresentation.Of));
        AllDiffer(Enum.GetValues<CheckOutcome>().Select(SitePresentation.Of));
        AllDiffer(Enum.GetValues<JobStatus>().Select(JobPresentation.Of));
        AllDiffer(Enum.GetValues<SendingStatus>().Select(JobPresentation.Of));
        AllDiffer(Enum.GetValues<WorkingStatus>().Select(JobPresentation.Of));
        AllDiffer(Enum.GetValues<Severity>().Select(SeverityPresentation.Of));
    }

    [Fact]
    public void Shape_EveryIcon_IsDrawn() => Assert.All(Enum.GetValues<IconName>(), icon => Assert.StartsWith("<", Icons.Shape(icon), StringComparison.Ordinal));

    [Theory]
    [InlineData("A", "A")]
    [InlineData("A B", "A and B")]
    [InlineData("A B C", "A, B and C")]
    [InlineData("A B C D E", "A, B, C and 2 more")]
    public void Listed_Names_AreSaidUpToThatMany(string names, string expected) => Assert.Equal(expected, Formats.Listed(names.Split(' '), 3));

    [Theory]
    [InlineData(SiteStatus.Active, 0, "DDDD")]
    [InlineData(SiteStatus.Pending, 0, "WWWW")]
    [InlineData(SiteStatus.Pending, 2, "DRWW")]
    [InlineData(SiteStatus.Failed, 4, "DDDF")]
    public void StateOf_ASite_SaysWhereItsPhasesAre(SiteStatus status, int phase, string expected)
    {
        var site = new SiteRow("S01", "x", SiteType.Secondary, "P01", status, DetailedStatus.None, phase, "", false, null, null, null, 1);

        Assert.Equal(expected, string.Concat(Enumerable.Range(1, 4).Select(n => SitePresentation.StateOf(site, n).ToString()[0])));
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(8_200, "8.2 KB")]
    [InlineData(48_300_000, "48.3 MB")]
    [InlineData(123_000_000_000, "123 GB")]
    public void Bytes_AnySize_IsShort(long bytes, string expected) => Assert.Equal(expected, Formats.Bytes(bytes));

    [Theory]
    [InlineData(0.4, "under 1 s")]
    [InlineData(40, "40 s")]
    [InlineData(75, "1 min 15 s")]
    [InlineData(3_700, "1 h 1 min")]
    [InlineData(200_000, "2 d 7 h")]
    public void Duration_AnyLength_HasTwoParts(double seconds, string expected) => Assert.Equal(expected, Formats.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(40, "40 s")]
    [InlineData(61, "2 min")]
    [InlineData(2300, "39 min")]
    [InlineData(3700, "1 h 1 min")]
    public void Estimate_AnyLength_HasNoSecondsBesideMinutes(double seconds, string expected) => Assert.Equal(expected, Formats.Estimate(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Remaining_HalfSentInTenSeconds_IsTenSeconds()
    {
        var start = DateTimeOffset.UnixEpoch;

        Assert.Equal(TimeSpan.FromSeconds(10), Formats.Remaining(50, 100, start, start.AddSeconds(10)));
        Assert.Null(Formats.Remaining(0, 100, start, start.AddSeconds(10)));
        Assert.Null(Formats.Remaining(100, 100, start, start.AddSeconds(10)));
        Assert.Equal(0, Formats.Percent(5, 0));
    }

    [Theory]
    [InlineData("2026-01-05T08:00:00.000Z E S01 disk full", Severity.Error)]
    [InlineData("2026-01-05T08:00:00.000Z W S01 slow", Severity.Warning)]
    [InlineData("2026-01-05T08:00:00.000Z I S01 no errors, nothing failed", Severity.Information)]
    [InlineData("   at SmsConsole.Sender.Send()", null)]
    [InlineData("", null)]
    public void LevelOf_ATraceLine_IsWhatItSays(string line, Severity? expected) => Assert.Equal(expected, LiveLog.LevelOf(line));

    [Theory]
    [InlineData("a\nb\nc", "a\nb\nc", " a| b| c")]
    [InlineData("a\nb\nc", "a\nc", " a|-b| c")]
    [InlineData("a\nc", "a\nb\nc\n", " a|+b| c")]
    [InlineData("x", "y", "-x|+y")]
    public void Diff_OfTwoTexts_KeepsWhatIsCommon(string before, string after, string expected) =>
        Assert.Equal(expected, string.Join('|', LineDiff.Of(before, after).Select(l => l.Kind switch { DiffKind.Removed => "-", DiffKind.Added => "+", _ => " " } + l.Text)));

    [Fact]
    public void Diff_OfControlFiles_LooksAtWhatIsConfiguredOnly()
    {
        const string Desired = "BEGIN_FILE_DEFINITION\n  <2>\n  <P01>\nEND_FILE_DEFINITION\nPROPERTY <Interval><><><5>\n";
        const string Actual = "BEGIN_FILE_DEFINITION\n  <1>\n  <S01>\nEND_FILE_DEFINITION\nPROPERTY <Interval><><><5>\nPROPERTY <Service State SMS_SENDER><Running><x><0>\n";

        Assert.DoesNotContain(LineDiff.OfControlFiles(Desired, Actual), l => l.Kind != DiffKind.Same);
        Assert.Equal(2, LineDiff.OfControlFiles(Desired, Actual.Replace("<5>", "<6>", StringComparison.Ordinal)).Count(l => l.Kind != DiffKind.Same));
    }

    private static void AllDiffer(IEnumerable<StateLook> looks)
    {
        var all = looks.ToList();
        Assert.All(all, l => Assert.False(string.IsNullOrWhiteSpace(l.Text)));
        Assert.Equal(all.Count, all.Select(l => l.Text).Distinct().Count());
    }
}
