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
using SmsConsole.Web.Live;
using SmsConsole.Web.Tests.Pages;

namespace SmsConsole.Web.Tests.Live;

/// <summary>A page is rendered on the server, then a circuit takes it over.</summary>
public sealed class HandoverTests : PageContext
{
    [Theory]
    [InlineData("home")]
    [InlineData("sites")]
    [InlineData("site")]
    [InlineData("jobs")]
    [InlineData("job")]
    [InlineData("status")]
    [InlineData("audit")]
    [InlineData("users")]
    public void TakeOver_NothingChanged_AsksNothingAgain(string page)
    {
        Fill();
        var onTheServer = Prerender(page);
        var asked = Primary.Questions;

        var live = Show(page);

        live.WaitForElement(".as-of, .facts");
        Assert.Equal(asked, Primary.Questions);
        Assert.Equal(onTheServer, Text(live));
    }

    [Fact]
    public void TakeOver_SomethingChangedBetween_IsShown()
    {
        Fill();
        Prerender("sites");

        Primary.Sites[1] = FakePrimary.Details(FakePrimary.Row("S01", "Harbour"));
        Primary.Feed.Publish(ChangeKind.Site, "S01");

        var live = Show("sites");
        live.WaitForAssertion(() => Assert.Contains("Harbour", live.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public void TakeOver_ThenAChange_IsFollowed()
    {
        Fill();
        Prerender("site");
        var live = Show("site");

        Primary.Sites[1] = FakePrimary.Details(FakePrimary.Row("S01", "Branch one"));
        Primary.Feed.Publish(ChangeKind.Job, "P0100001");

        live.WaitForAssertion(() => Assert.Contains("Active", live.Find(".page-header").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public void TakeOver_ALongValue_IsAskedAgain()
    {
        var random = new Random(1);
        Primary.Messages.AddRange(Enumerable.Range(1, 50).Select(n => new StatusMessageRow(n, FakePrimary.Start, "S01", "SMS_SENDER", n, Severity.Information, string.Concat(Enumerable.Range(0, 300).Select(_ => (char)random.Next('!', '~'))))));
        Prerender("status");
        var asked = Primary.Questions;

        Show("status").WaitForElement(".as-of");

        Assert.Equal(asked + 1, Primary.Questions);
    }

    [Fact]
    public void Unpack_WhatIsNoHandover_IsNothing()
    {
        Assert.Equal(7, Handover.Unpack<int>(Handover.Pack(3, 7)!)!.Value);
        Assert.Null(Handover.Unpack<SiteRow>(Handover.Pack(3, "text")!));
        Assert.Null(Handover.Unpack<int>([1, 2, 3]));
    }

    private void Fill()
    {
        Primary.Sites.Add(FakePrimary.Details(FakePrimary.Row("S01", "Branch one", status: SiteStatus.Pending, phase: 2), null, new PhaseRow(2, PhaseState.Running, FakePrimary.Start, null, "P0100001", "Site Install Job for S01", 10, 5, null, null)));
        Primary.Jobs.Add(FakePrimary.Job("P0100001"));
        Primary.Messages.Add(new StatusMessageRow(1, FakePrimary.Start, "S01", "SMS_SENDER", 500, Severity.Warning, "Slow"));
        Primary.Audits.Add(new AuditRow(1, FakePrimary.Start, "admin", "site.create", "S01", null, "x", true));
        Primary.Users.With("olga", Role.Operator);
    }

    /// <summary>The page's text as the server alone renders it.</summary>
    private string Prerender(string page)
    {
        SetRendererInfo(new RendererInfo("Static", isInteractive: false));
        var shown = Show(page);
        shown.WaitForElement(".as-of, .facts");
        HandedOver.TriggerOnPersisting();
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
        return Text(shown);
    }

    private static string Text(IRenderedComponent<IComponent> shown) => string.Concat(shown.Nodes.Select(n => n.TextContent));

    private IRenderedComponent<IComponent> Show(string page) => page switch
    {
        "home" => Render<Home>(),
        "sites" => Render<SitesPage>(),
        "site" => Render<SitePage>(p => p.Add(c => c.Code, "S01")),
        "jobs" => Render<JobsPage>(),
        "job" => Render<JobPage>(p => p.Add(c => c.Id, "P0100001")),
        "status" => Render<StatusPage>(),
        "audit" => Render<AuditPage>(),
        "users" => Render<UsersPage>(),
        _ => throw new ArgumentOutOfRangeException(nameof(page)),
    };
}
