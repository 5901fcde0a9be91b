using AngleSharp.Dom;
using Bunit;
using SmsConsole.Data.Queries;
using SmsConsole.Engine;
using SmsConsole.TestKit;
using SmsConsole.Web.Features.Jobs;
using SmsConsole.Web.Features.Sites;

namespace SmsConsole.Web.Tests.Pages;

/// <summary>Several rows of a list, and what is done with all of them.</summary>
public sealed class SelectionTests : PageContext
{
    [Fact]
    public void Sites_SeveralSelected_OnlyTheFailedOnesAreRetriedAfterAYes()
    {
        Failed("S01");
        Failed("S02");
        Primary.Sites.Add(FakePrimary.Details(FakePrimary.Row("S03", "Branch three")));
        Failed("S04");
        var page = Render<SitesPage>();
        Tick(page, "S01");
        Tick(page, "S02");
        Tick(page, "S03");
        Assert.Contains("3 sites selected", page.Find(".selection").TextContent, StringComparison.Ordinal);

        Act(page, "Retry 2 failed");
        Assert.Empty(Primary.Commanded);
        Answer(yes: true);

        page.WaitForAssertion(() => Assert.Contains(Notes, n => n.Summary == "2 sites go on"));
        Assert.Equal(["retry S01", "retry S02"], Primary.Commanded);
    }

    [Fact]
    public void Sites_OneOfSeveralIsRefused_TheOthersGoOnAndItIsNamed()
    {
        Failed("S01");
        Primary.Sites.Add(FakePrimary.Details(FakePrimary.Row("S02", "Branch two", status: SiteStatus.Failed)));
        var page = Render<SitesPage>();
        Tick(page, "S01");
        Tick(page, "S02");

        Act(page, "Retry 2 failed");
        Answer(yes: true);

        page.WaitForAssertion(() => Assert.Contains(Notes, n => n.Summary == "Not done for 1 of 2" && n.Detail == "S02: Site S02 has not failed."));
        Assert.Contains(Notes, n => n.Summary == "1 site goes on");
    }

    [Fact]
    public void Sites_OneOfSeveralFailsInItsMiddle_TheOthersGoOnAndNothingIsSaidThatIsNotKnown()
    {
        Failed("S01");
        Failed("S02");
        Primary.Fails = what => what == "retry S01" ? new IOException("The connection was lost.") : null;
        var page = Render<SitesPage>();
        Tick(page, "S01");
        Tick(page, "S02");

        Act(page, "Retry 2 failed");
        Answer(yes: true);

        page.WaitForAssertion(() => Assert.Contains(Notes, n => n.Summary == "Not done for 1 of 2" && n.Detail.StartsWith("S01: It is not known whether it was done", StringComparison.Ordinal)));
        Assert.Equal(["retry S02"], Primary.Commanded);
        Assert.Contains("2 sites selected", page.Find(".selection").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Sites_AllAndNone_AreOneClick()
    {
        Failed("S01");
        var page = Render<SitesPage>();
        Tick(page, "S01");
        Button(page, "Select all 2").Click();
        Assert.Contains("2 sites selected", page.Find(".selection").TextContent, StringComparison.Ordinal);
        Assert.True(page.Find("thead input").HasAttribute("checked"));

        Assert.Equal("2 sites selected", page.Find("p[role=status]").TextContent);
        Button(page, "Select none").Click();

        Assert.Empty(page.FindAll(".selection"));
        Assert.Equal("", page.Find("p[role=status]").TextContent);
        JSInterop.VerifyFocusAsyncInvoke();
        Assert.Empty(page.FindAll("tbody input[checked]"));
    }

    [Fact]
    public void Sites_ASelectedRowLeavesThePage_IsNoLongerSelected()
    {
        Failed("S01");
        Failed("S02");
        GoTo("/sites?status=Failed");
        var page = Render<SitesPage>();
        Tick(page, "S01");
        Tick(page, "S02");

        Primary.Sites[1] = FakePrimary.Details(FakePrimary.Row("S01", "Branch one"));
        Primary.Feed.Publish(ChangeKind.Site, "S01");

        page.WaitForAssertion(() => Assert.Contains("1 site selected", page.Find(".selection").TextContent, StringComparison.Ordinal), TimeSpan.FromSeconds(5));
        Assert.NotNull(Button(page, "Retry 1 failed"));
    }

    [Fact]
    public void Sites_AnotherView_HasNothingSelected()
    {
        Failed("S01");
        GoTo("/sites");
        var page = Render<SitesPage>();
        Tick(page, "S01");

        GoTo("/sites?sort=-code");

        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".selection")));
    }

    [Fact]
    public void Jobs_SeveralSelected_EachActCountsThoseItAppliesTo()
    {
        Primary.Jobs.Add(FakePrimary.Job("P0100001"));
        Primary.Jobs.Add(FakePrimary.Job("P0100002", "S02", JobStatus.Retrying));
        Primary.Jobs.Add(FakePrimary.Job("P0100003", "S03", JobStatus.Failed));
        Primary.Jobs.Add(FakePrimary.Job("P0100004", "S03", JobStatus.Failed, JobType.Bootstrap));
        Primary.Jobs.Add(FakePrimary.Job("P0100005", "S05", JobStatus.Complete));
        var page = Render<JobsPage>();
        page.WaitForElement("thead input").Change(true);

        // Two jobs failed at S03, which goes on once.
        Act(page, "Retry 2");
        Answer(yes: true);
        page.WaitForAssertion(() => Assert.Contains(Notes, n => n.Summary == "2 jobs try again"));
        Act(page, "Cancel 2");
        Answer(yes: true);
        page.WaitForAssertion(() => Assert.Contains(Notes, n => n.Summary == "2 jobs are being cancelled"));

        Assert.Equal(["retry P0100002", "retry P0100003", "cancel P0100001", "cancel P0100002"], Primary.Commanded);
    }

    [Fact]
    public void Jobs_NoneApplies_TheActIsOff()
    {
        Primary.Jobs.Add(FakePrimary.Job("P0100001", status: JobStatus.Complete));
        var page = Render<JobsPage>();
        page.WaitForElement("thead input").Change(true);

        Assert.All(page.FindAll(".selection .button"), b => Assert.True(b.HasAttribute("disabled")));
    }

    [Fact]
    public void Lists_ForAViewer_SelectNothing()
    {
        SignIn("vera", Role.Viewer);
        Failed("S01");
        var page = Render<SitesPage>();

        page.WaitForElement("tbody tr");
        Assert.Empty(page.FindAll("input[type=checkbox]:not(.menu input)"));
    }

    private void Failed(string code) =>
        Primary.Sites.Add(FakePrimary.Details(FakePrimary.Row(code, "Branch " + code, status: SiteStatus.Failed), new SiteFailure(385, "Too little disk space.", "Make room.", FakePrimary.Start, true)));

    private static void Tick(IRenderedComponent<SitesPage> page, string code) =>
        page.WaitForElements("tbody tr").Single(r => r.TextContent.Contains("Select " + code, StringComparison.Ordinal)).QuerySelector("input")!.Change(true);

    private static void Act<TPage>(IRenderedComponent<TPage> page, string name)
        where TPage : Microsoft.AspNetCore.Components.IComponent => Button(page, name).Click();

    private static IElement Button<TPage>(IRenderedComponent<TPage> page, string name)
        where TPage : Microsoft.AspNetCore.Components.IComponent => page.FindAll(".selection button").Single(b => b.TextContent == name);
}
