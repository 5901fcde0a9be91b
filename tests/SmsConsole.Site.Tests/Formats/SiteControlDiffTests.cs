using SmsConsole.SiteServer.Formats;

namespace SmsConsole.SiteServer.Tests.Formats;

public sealed class SiteControlDiffTests
{
    private static readonly SiteControlImage Site = SiteControlFile.Parse(SiteControlSamples.Text()).Value!.Image;

    [Fact]
    public void Compare_ImagesOfOneConfiguration_FindsNothing()
    {
        SiteControlImage actual = Site with
        {
            Type = SiteControlFileType.Actual,
            Build = "2",
            Comment = "Done",
            OriginatingSite = "S01",
            PostedAt = Site.PostedAt.AddHours(1),
            Posted = true,
            Transactions = [new("Heartbeat")],
        };
        Assert.Empty(SiteControlDiff.Compare(Site, actual));
    }

    [Fact]
    public void Compare_ChangedMissingAndExtraSettings_NamesEachOnce()
    {
        SiteControlImage actual = Site with
        {
            Account = Site.Account! with { SiteName = "Old branch" },
            Properties = [Site.Properties[0] with { Number = 3 }, new("Extra", Number: 7)],
            PropertyLists = [new("Viewers", ["a", "b"])],
            Servers = [],
        };

        Assert.Equal<ValueList<SiteControlDifference>>(
        [
            new("Account.SiteName", "Branch", "Old branch"),
            new("Property[Service Response].Number", "1", "3"),
            new("Server[HOST].Type", "Default Package Server", null),
            new("Server[HOST].Flags", "0", null),
            new("Server[HOST].Drive", "", null),
            new("Property[Extra].Text1", null, ""),
            new("Property[Extra].Text2", null, ""),
            new("Property[Extra].Number", null, "7"),
            new("PropertyList[Viewers]", null, "a; b"),
        ], SiteControlDiff.Compare(Site, actual));
    }

    [Fact]
    public void Compare_ListsThatLookAlike_Differ()
    {
        SiteControlImage one = Site with { PropertyLists = [new("X", ["a; b"])] };
        SiteControlImage two = Site with { PropertyLists = [new("X", ["a", "b"])] };
        Assert.Single(SiteControlDiff.Compare(one, two));
    }

    [Fact]
    public void Compare_EntriesOfOneName_AreComparedOneByOne()
    {
        SiteControlImage one = Site with { Servers = [new("A", "x"), new("A", "y")] };
        SiteControlImage two = Site with { Servers = [new("A", "x"), new("A", "z")] };
        Assert.Equal<ValueList<SiteControlDifference>>([new("Server[A #2].Type", "y", "z")], SiteControlDiff.Compare(one, two));
    }

    [Fact]
    public void Compare_Secrets_SaysThatTheyDifferAndNotWhatTheyAre()
    {
        SiteControlImage actual = Site with
        {
            Account = Site.Account! with { ServicePassword = "geheim" },
            Addresses = [Site.Addresses[0] with { Data = "password=geheim" }],
            Properties = [.. Site.Properties, new("Last Valid @", "geheim", "geheim")],
        };
        ValueList<SiteControlDifference> differences = SiteControlDiff.Compare(Site, actual);

        Assert.Contains(new SiteControlDifference("Account.ServicePassword", "(empty)", "(hidden)"), differences);
        Assert.Contains(new SiteControlDifference("Address[S01 to P01, MS_LAN_SENDER].Data", "(hidden)", "(hidden)"), differences);
        Assert.DoesNotContain(differences, d => $"{d}".Contains("geheim", StringComparison.Ordinal));
    }
}
