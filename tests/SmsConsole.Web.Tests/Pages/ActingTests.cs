using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using SmsConsole.Data.Queries;
using SmsConsole.Engine;
using SmsConsole.TestKit;
using SmsConsole.Web.Features.Home;
using SmsConsole.Web.Features.Jobs;
using SmsConsole.Web.Features.Sites;

namespace SmsConsole.Web.Tests.Pages;

/// <summary>What a person does on pages.</summary>
public sealed class ActingTests : PageContext
{
    [Fact]
    public void Sites_AChangeIsPublished_TheRowFollows()
    {
        Primary.Sites.Add(FakePrimary.Details(FakePrimary.Row("S01", "Branch one", status: SiteStatus.Pending)));
        var page = Render<SitesPage>();
        page.WaitForAssertion(() => Assert.Contains("Being installed", page.Find("tbody").TextContent, StringComparison.Ordinal));

        Primary.Sites[1] = FakePrimary.Details(FakePrimary.Row("S01", "Branch one"));
        Primary.Feed.Publish(ChangeKind.Site, "S01");

        page.WaitForAssertion(() => Assert.DoesNotContain("Being installed", page.Find("tbody").TextContent, StringComparison.Ordinal), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Home_ASiteWaitsWithoutAJob_IsShownAsRunningWithWhatItWaitsFor()
    {
        Primary.Sites.Add(FakePrimary.Details(FakePrimary.Row("S01", "Branch one", status: SiteStatus.Pending, detailed: DetailedStatus.FirstScJobEnd, phase: 4, phaseText: "Phase 4: Waiting for the site's report", wait: new WaitRow("Waiting for S01 to report its configuration.", FakePrimary.Start, null))));

        var running = Render<Home>().WaitForElement("a[href='/sites/S01']").Closest("section")!.TextContent;

        Assert.Contains("Phase 4: Waiting for the site's report", running, StringComparison.Ordinal);
        Assert.Contains("Waiting for S01 to report its configuration", running, StringComparison.Ordinal);
        Assert.DoesNotContain("no job is running", running, StringComparison.Ordinal);
    }

    [Fact]
    public void Home_ASiteWithItsJob_IsOneEntry()
    {
        Primary.Sites.Add(FakePrimary.Details(FakePrimary.Row("S01", "Branch one", status: SiteStatus.Pending, detailed: DetailedStatus.InstJobBegin, phase: 2, phaseText: "Phase 2", wait: new WaitRow("Waiting for the SMS site package to arrive at S01.", FakePrimary.Start, null))));
        Primary.Jobs.Add(FakePrimary.Job("P0100001"));
        Primary.Jobs.Add(FakePrimary.Job("P0100002", "S02"));

        var entries = Render<Home>().WaitForElement("a[href='/sites/S01']").Closest("ul")!.Children;

        Assert.Equal(2, entries.Length);
        Assert.Contains("Site Install Job for S01", entries[0].TextContent, StringComparison.Ordinal);
        Assert.Contains("Site Install Job for S02", entries[1].TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Site_Failed_SaysWhyAndRetriesAfterAYes()
    {
        Primary.Sites.Add(FakePrimary.Details(FakePrimary.Row("S01", "Branch one", status: SiteStatus.Failed), new SiteFailure(385, "Too little disk space.", "Make room.", FakePrimary.Start, true)));
        var page = Render<SitePage>(p => p.Add(c => c.Code, "S01"));
        var alert = page.WaitForElement(".failure");
        Assert.Contains("Too little disk space.", alert.TextContent, StringComparison.Ordinal);
        Assert.Contains("Make room.", alert.TextContent, StringComparison.Ordinal);

        page.Find(".failure button").Click();
        Assert.Empty(Primary.Commanded);
        Answer(yes: true);

        page.WaitForAssertion(() => Assert.Equal(["retry S01"], Primary.Commanded));
    }

    [Fact]
    public void Site_MendsItselfWhileAsked_TheQuestionIsTakenBackWithAWord()
    {
        Primary.Sites.Add(FakePrimary.Details(FakePrimary.Row("S01", "Branch one", status: SiteStatus.Failed), new SiteFailure(385, "Too little disk space.", "Make room.", FakePrimary.Start, true)));
        var page = Render<SitePage>(p => p.Add(c => c.Code, "S01"));
        page.WaitForElement(".failure button").Click();

        Primary.Sites[1] = FakePrimary.Details(FakePrimary.Row("S01", "Branch one"));
        Primary.Feed.Publish(ChangeKind.Site, "S01");

        page.WaitForAssertion(() => Assert.Contains(Notes, n => n.Summary == "Site S01 needs no retry any more: active"));
        Assert.True(IsAnswered);
        Assert.Empty(Primary.Commanded);
    }

    [Theory]
    [InlineData(JobStatus.Active, true)]
    [InlineData(JobStatus.Complete, false)]
    public void Job_EndsWhileAskedToCancel_TheQuestionIsTakenBack(JobStatus after, bool stays)
    {
        Primary.Jobs.Add(FakePrimary.Job("P0100001"));
        var page = Render<JobsPage>();
        page.WaitForElement("button[aria-label='Cancel Site Install Job for S01']").Click();

        Primary.Jobs[0] = FakePrimary.Job("P0100001", status: after, total: 2_000);
        Primary.Feed.Publish(ChangeKind.Job, "P0100001");

        page.WaitForAssertion(() => Assert.Contains("2.0 KB", page.Markup, StringComparison.Ordinal));
        Assert.Equal(!stays, IsAnswered);
        Assert.Empty(Primary.Commanded);
    }

    [Fact]
    public void Site_WaitsInAPhase_TheWaitIsSaidOnce()
    {
        var wait = new WaitRow("Waiting for S01 to report.", FakePrimary.Start, null);
        Primary.Sites.Add(FakePrimary.Details(FakePrimary.Row("S01", "Branch one", status: SiteStatus.Pending, phase: 4, wait: wait), null, new PhaseRow(4, PhaseState.Running, FakePrimary.Start, null, null, null, 0, 0, wait, null)));

        var page = Render<SitePage>(p => p.Add(c => c.Code, "S01"));

        page.WaitForElement(".stepper");
        Assert.Single(page.FindAll(".wait"));
        Assert.Single(page.FindAll(".page-header .badge"));
    }

    [Fact]
    public void Site_Logs_SayOnceThatTheyAreLive()
    {
        Primary.Sites.Add(FakePrimary.Details(FakePrimary.Row("S01", "Branch one")));
        GoTo("/sites/S01?tab=log");

        var page = Render<SitePage>(p => p.Add(c => c.Code, "S01"));

        page.WaitForElement("[role=log]");
        Assert.Single(page.FindAll(".as-of"));
    }

    [Theory]
    [InlineData(null, "I one|W two|   more of two|E three", "warn|warn|bad")]
    [InlineData("Warning", "W two|   more of two|E three", "warn|warn|bad")]
    [InlineData("Error", "E three", "bad")]
    public void Site_LogsByLevel_ShowThatAndWorse(string? level, string lines, string tones)
    {
        Primary.Sites.Add(FakePrimary.Details(FakePrimary.Row("S01", "Branch one")));
        Primary.LogLines.Clear();
        Primary.LogLines.AddRange(["t I one", "t W two", "   more of two", "t E three"]);
        GoTo($"/sites/S01?tab=log&level={level}");

        var log = Render<SitePage>(p => p.Add(c => c.Code, "S01")).WaitForElement("[role=log]");

        Assert.Equal(lines, string.Join('|', log.Children.Select(l => l.TextContent.Replace("t ", "", StringComparison.Ordinal))));
        Assert.Equal(tones, string.Join('|', log.Children.Select(l => l.ClassName).Where(c => !string.IsNullOrEmpty(c))));
    }

    [Fact]
    public void Site_LogsWithoutAnError_SayThatThereIsNone()
    {
        Primary.Sites.Add(FakePrimary.Details(FakePrimary.Row("S01", "Branch one")));
        GoTo("/sites/S01?tab=log&level=Error");

        var log = Render<SitePage>(p => p.Add(c => c.Code, "S01")).WaitForElement("[role=log]");

        Assert.Equal("No errors in the last 2 lines.", log.TextContent.Trim());
    }

    [Fact]
    public void Site_LogCannotBeRead_SaysSoAndTriesAgain()
    {
        Primary.Sites.Add(FakePrimary.Details(FakePrimary.Row("S01", "Branch one")));
        Primary.Fails = _ => new IOException("The disk is gone.");
        GoTo("/sites/S01?tab=log");
        var page = Render<SitePage>(p => p.Add(c => c.Code, "S01"));
        var notice = page.WaitForElement(".notice");
        Assert.Contains("could not be read", notice.TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll(".as-of"));

        Primary.Fails = _ => null;
        notice.QuerySelector("button")!.Click();

        page.WaitForElement("[role=log]");
    }

    [Fact]
    public void Site_Viewer_HasNoRetry()
    {
        SignIn("vera", Role.Viewer);
        Primary.Sites.Add(FakePrimary.Details(FakePrimary.Row("S01", "Branch one", status: SiteStatus.Failed), new SiteFailure(385, "Too little disk space.", "Make room.", FakePrimary.Start, true)));

        var page = Render<SitePage>(p => p.Add(c => c.Code, "S01"));

        page.WaitForElement(".failure");
        Assert.Empty(page.FindAll(".failure button"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Job_Cancel_AsksAndOnlyAYesCancels(bool yes)
    {
        Primary.Jobs.Add(FakePrimary.Job("P0100001"));
        var page = Render<JobsPage>();

        page.WaitForElement("button[aria-label='Cancel Site Install Job for S01']").Click();
        Assert.Empty(Primary.Commanded);
        Answer(yes);

        page.WaitForAssertion(() => Assert.Equal(yes ? ["cancel P0100001"] : [], Primary.Commanded));
    }

    [Fact]
    public void NewSite_FromIdentityToCreated_PinsTheKeyThatWasConfirmed()
    {
        var page = Render<NewSitePage>();
        page.Find("#code").Change("s01");
        page.Find("#name").Change("Branch one");
        page.Find("#directory").Change("/opt/sms");
        Assert.Contains("S01 is free.", page.Find("#code-check").TextContent, StringComparison.Ordinal);
        page.Find("form").Submit();

        page.Find("#host").Change("branch.example");
        page.Find("form").Submit();
        Assert.Contains("confirm its fingerprint", page.Find("#key-check").TextContent, StringComparison.Ordinal);
        page.FindAll("button").Single(b => b.TextContent.Contains("Get the host", StringComparison.Ordinal)).Click();
        Assert.Contains("SHA256:", page.Find(".host-key .checks").TextContent, StringComparison.Ordinal);
        page.FindAll("button").Single(b => b.TextContent == "It is this one").Click();
        page.Find("form").Submit();

        page.WaitForElement(".checks");
        page.FindAll("button").Single(b => b.TextContent == "Create S01").Click();

        page.WaitForAssertion(() => Assert.Contains("Site creation has been initiated", page.Markup, StringComparison.Ordinal));
        Assert.Equal("/sites/S01", page.Find(".success a").GetAttribute("href"));
        Assert.Equal(["create S01"], Primary.Commanded);

        page.FindAll("button").Single(b => b.TextContent == "Create another").Click();
        page.WaitForAssertion(() => Assert.Equal("", page.Find("#code").GetAttribute("value")));
    }

    [Fact]
    public void NewSite_ACodeAlone_IsCheckedAndNothingIsSaidOfEmptyFields()
    {
        var page = Render<NewSitePage>();

        page.Find("#code").Change("s01");

        Assert.Contains("S01 is free.", page.Find("#code-check").TextContent, StringComparison.Ordinal);
        Assert.Equal("", page.Find("#directory-check").TextContent.Trim());
    }

    [Fact]
    public async Task NewSite_NextWhileACheckIsUnderWay_KeepsSayingWhatIsMissing()
    {
        var answer = new TaskCompletionSource();
        Primary.CheckGate = answer.Task;
        var page = Render<NewSitePage>();
        var check = page.Find("#code").ChangeAsync(new ChangeEventArgs { Value = "S01" });

        await page.Find("form").SubmitAsync();
        answer.SetResult();
        await check;

        Assert.Contains("Give the site a name.", page.Find("#name-check").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void NewSite_LoadedAgainAfterItsSiteWasCreated_GoesToThatSite()
    {
        GoTo("/sites/new?created=S01");

        Render<NewSitePage>();

        Assert.EndsWith("/sites/S01", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void NewSite_AFailedCheck_StandsBesideItsFieldAndBlocksCreation()
    {
        Primary.Checks.Add(new PreflightCheck("Disk space", CheckOutcome.Failed, "Too little room.", "disk.tooLittle", "installDirectory"));
        var page = Render<NewSitePage>();
        page.Find("#code").Change("S01");
        page.Find("#name").Change("Branch one");
        page.Find("#directory").Change("/opt/sms");
        Assert.Contains("Too little room.", page.Find("#directory-check").TextContent, StringComparison.Ordinal);

        page.Find("form").Submit();
        page.FindAll("input[name=transport]")[1].Change(true);
        page.Find("form").Submit();

        page.WaitForAssertion(() => Assert.True(page.FindAll("button").Single(b => b.TextContent == "Create S01").HasAttribute("disabled")));
    }
}
