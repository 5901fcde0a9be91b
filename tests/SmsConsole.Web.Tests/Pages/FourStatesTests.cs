using Bunit;
using Microsoft.AspNetCore.Components;
using SmsConsole.Data.Queries;
using SmsConsole.Engine;
using SmsConsole.TestKit;
using SmsConsole.Web.Features.Home;
using SmsConsole.Web.Features.Jobs;
using SmsConsole.Web.Features.Security;
using SmsConsole.Web.Features.Sites;
using SmsConsole.Web.Features.Status;

namespace SmsConsole.Web.Tests.Pages;

/// <summary>Loading, error with retry, empty with the next step, data: for every page that shows something live.</summary>
public sealed class FourStatesTests : PageContext
{
    public static TheoryData<string> Pages => ["home", "sites", "site", "history", "control", "jobs", "job", "requests", "status", "audit", "users"];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Render_WhileLoading_ShowsASkeleton(string page)
    {
        Primary.Gate = new TaskCompletionSource().Task;

        var shown = Show(page);

        Assert.NotEmpty(shown.FindAll(".skeleton"));
        Assert.StartsWith("Loading ", shown.Find("[role=status]").GetAttribute("aria-label"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Render_QueryFails_OffersToTryAgainAndRecovers(string page)
    {
        Fill();
        Primary.Broken = new InvalidOperationException("the database is away");
        var shown = Show(page);
        var notice = shown.WaitForElement("[role=alert]");
        Assert.DoesNotContain("the database is away", notice.TextContent, StringComparison.Ordinal);
        Assert.EndsWith("The details are in the console's log.", notice.QuerySelector("p")!.TextContent, StringComparison.Ordinal);

        Primary.Broken = null;
        foreach (var button in shown.FindAll("[role=alert] button").ToList())
        {
            button.Click();
        }

        shown.WaitForAssertion(() => Assert.Empty(shown.FindAll("[role=alert]")), TimeSpan.FromSeconds(5));
        Assert.NotEmpty(shown.FindAll(".as-of, .timeline, .diff"));
    }

    [Theory]
    [InlineData("sites", "/sites?search=nowhere", "No site matches")]
    [InlineData("site", "/sites/S99", "There is no such site")]
    [InlineData("history", null, "No history yet")]
    [InlineData("control", null, "No control file yet")]
    [InlineData("jobs", null, "No jobs yet")]
    [InlineData("jobs", "/jobs?search=x", "No job matches")]
    [InlineData("job", null, "There is no such job")]
    [InlineData("requests", null, "No send requests")]
    [InlineData("status", null, "No messages")]
    [InlineData("audit", null, "Nothing found")]
    [InlineData("users", null, "No user matches")]
    [InlineData("home", null, "Your first secondary site")]
    public void Render_Nothing_SaysSo(string page, string? address, string title)
    {
        if (address is not null)
        {
            GoTo(address);
        }

        var shown = Show(page, code: address == "/sites/S99" ? "S99" : "S01");

        shown.WaitForAssertion(() => Assert.Contains(title, shown.Markup, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("home", "Site Install Job for S01")]
    [InlineData("sites", "Branch one")]
    [InlineData("site", "S01 Branch one")]
    [InlineData("history", "The job is complete")]
    [InlineData("control", "1 line differs")]
    [InlineData("jobs", "Site Install Job for S01")]
    [InlineData("job", "Site Install Job for S01")]
    [InlineData("requests", "A1B2")]
    [InlineData("status", "Something went well")]
    [InlineData("audit", "site.create")]
    [InlineData("users", "olga")]
    public void Render_Data_ShowsIt(string page, string text)
    {
        Fill();

        var shown = Show(page);

        shown.WaitForAssertion(() => Assert.Contains(text.Split('|'), t => shown.Markup.Contains(t, StringComparison.Ordinal)));
    }

    [Fact]
    public void History_OfASiteThatJumped_SaysFromWhere()
    {
        Fill();

        var shown = Show("history").WaitForElement(".timeline li");

        Assert.Matches(@"\S from \S", shown.TextContent);
    }

    [Fact]
    public void Home_WithoutAnEngine_SaysSinceWhenAndWhatBecomesOfOrders()
    {
        Fill();
        Primary.Engine = Primary.Engine! with { Alive = false };

        var note = Show("home").WaitForElement(".notice.warn p").TextContent;

        Assert.Matches(@"^host/1 was last heard of .+ UTC\. What you order here is kept", note);
    }

    [Fact]
    public void UserDialog_OfAUserThatIsThere_SaysThatSessionsEnd()
    {
        var shown = Render<UserDialog>(p => p.Add(d => d.Existing, new UserRow("olga", Role.Operator, false, false, null)));

        Assert.Equal($"At least {UserRules.MinimumPasswordLength} characters. Open sessions of this user end.", shown.Find(".hint").TextContent);
    }

    [Fact]
    public async Task Dispose_AnyPage_StopsListening()
    {
        Fill();
        Show("sites").WaitForElement("table");
        Assert.Equal(1, Primary.Feed.Listeners);

        await DisposeComponentsAsync();

        Assert.Equal(0, Primary.Feed.Listeners);
    }

    private void Fill()
    {
        Primary.Sites.Add(FakePrimary.Details(FakePrimary.Row("S01", "Branch one", status: SiteStatus.Pending, detailed: DetailedStatus.InstJobBegin, phase: 2, phaseText: "Phase 2: Site install job started")));
        Primary.Jobs.Add(FakePrimary.Job("P0100001"));
        Primary.SendRequests.Add(new SendRequestRow("A1B2", "P0100001", "S01", "LAN", JobPriority.High, SendingStatus.Sending, 10, 5, 1, null, null, null));
        Primary.Messages.Add(new StatusMessageRow(1, FakePrimary.Start, "S01", "SMS_SENDER", 500, Severity.Information, "Something went well"));
        Primary.Audits.Add(new AuditRow(1, FakePrimary.Start, "admin", "site.create", "S01", null, "x", true));
        Primary.History.Add(new SiteHistoryRow(1, FakePrimary.Start, SiteStatus.Pending, DetailedStatus.PreinstJobBegin, SiteStatus.Pending, DetailedStatus.PreinstJobEnd, 1, 1, "The job is complete", "SMS_HIERARCHY_MANAGER"));
        Primary.Images.Add(new ControlImageRow(1, "S01", ControlImageKind.Proposed, 2, FakePrimary.Start, "a\nb\nc", true));
        Primary.Images.Add(new ControlImageRow(2, "S01", ControlImageKind.Actual, 1, FakePrimary.Start, "a\nc", true));
        Primary.Users.With("olga", Role.Operator);
    }

    private IRenderedComponent<IComponent> Show(string page, string code = "S01") => page switch
    {
        "home" => Render<Home>(),
        "sites" => Render<SitesPage>(),
        "site" => Render<SitePage>(p => p.Add(c => c.Code, code)),
        "history" => Render<Web.Features.Sites.SiteHistory>(p => p.Add(c => c.Code, code)),
        "control" => Render<ControlFiles>(p => p.Add(c => c.Code, code).Add(c => c.View, "diff").Add(c => c.Url, new Components.Shared.ListUrl(new BunitNavigation()))),
        "jobs" => Render<JobsPage>(),
        "job" => Render<JobPage>(p => p.Add(c => c.Id, "P0100001")),
        "requests" => Render<SendRequestsPage>(),
        "status" => Render<StatusPage>(),
        "audit" => Render<AuditPage>(),
        "users" => Render<UsersPage>(),
        _ => throw new ArgumentOutOfRangeException(nameof(page)),
    };

    private sealed class BunitNavigation : NavigationManager
    {
        public BunitNavigation() => Initialize("http://localhost/", "http://localhost/sites/S01?tab=control");
    }
}
