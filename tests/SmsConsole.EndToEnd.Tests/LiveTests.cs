using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using SmsConsole.EndToEnd.Tests.Browsing;
using SmsConsole.TestKit;
using static Microsoft.Playwright.Assertions;

namespace SmsConsole.EndToEnd.Tests;

/// <summary>Pages that follow by themselves: through the console's death, and for everybody who looks, each with what their role may do.</summary>
public class LiveTests(Browser browser, ITestOutputHelper output) : BrowserTest(browser, output)
{
    private const string Viewer = "vera";

    [Fact]
    public async Task Console_KilledAndStartedMidInstall_ThePageComesBackToTheTruth()
    {
        var console = await StartConsoleAsync();
        var page = await SignInAsync(console, "sites/new");
        await page.CreateLocalAsync(console, "S01", "Harbour branch");
        await page.Link("Watch the installation").ClickAsync();
        await Expect(page.Locator(".page-header .badge")).ToHaveTextAsync(["Being installed"]);

        console.Kill();
        var gone = page.GetByRole(AriaRole.Alert).Filter(new LocatorFilterOptions { HasText = "The console does not answer." });
        await Expect(gone).ToBeVisibleAsync();
        await Expect(page.Locator(".as-of")).ToHaveTextAsync(new Regex(@"Not live since \d\d:\d\d:\d\d$"));
        await Expect(page.Locator(".while-live")).ToBeHiddenAsync();
        await console.StartAgainAsync();

        await Expect(page.Heading("How it was installed", 2)).ToBeVisibleAsync(new LocatorAssertionsToBeVisibleOptions { Timeout = Installation });
        await Expect(page.Locator(".stepper h3 .step-state")).ToHaveTextAsync(["Done", "Done", "Done", "Done"]);
        await Expect(gone).ToBeHiddenAsync();
        await page.LiveAsync();
        await Expect(page.Locator(".while-live")).ToBeVisibleAsync();
        await page.Link("Jobs").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Row)).ToHaveCountAsync(4);
    }

    [Fact]
    public async Task Page_SlowLine_TakesInputOnceItIsHeard()
    {
        var console = await StartConsoleAsync();
        var page = await SignInAsync(console);

        var arrived = new TaskCompletionSource();
        await page.RouteAsync("**/_blazor/negotiate*", async route =>
        {
            await arrived.Task;
            await route.ContinueAsync();
        });

        // What the server has read for the first picture is not read again. It is when anything has changed in between, which a new primary does for a while by itself.
        const int Tries = 10;
        for (var again = 1; ; again++)
        {
            arrived = new TaskCompletionSource();
            await page.GotoAsync("users");
            var read = await page.Locator(".as-of sms-time").GetAttributeAsync("datetime");
            await page.WaitForFunctionAsync("read => Date.now() - Date.parse(read) > 1000", read); // shown by the second: one read anew is another
            arrived.SetResult();
            await page.LiveAsync();
            var shown = await page.Locator(".as-of sms-time").GetAttributeAsync("datetime");
            if (read == shown)
            {
                break;
            }

            Assert.True(again < Tries, $"The users are read twice, at {read} and {shown}, however often the page is opened.");
        }

        arrived = new TaskCompletionSource();
        await page.GotoAsync("sites/new");
        await Expect(page.Field("Site code")).ToBeDisabledAsync();
        await Expect(page.GetByText("Connecting: buttons and fields work in a moment.")).ToBeVisibleAsync();
        arrived.SetResult();

        await Expect(page.Field("Site code")).ToBeEnabledAsync();
        await page.Field("Site code").FillAsync("S01");
        await page.NextAsync("how to reach it");
        await Expect(page.Field("Site code")).ToHaveValueAsync("S01");
        await Expect(page.GetByText("Give the site a name.")).ToBeVisibleAsync();
        await Expect(page.GetByText("Connecting:")).ToBeHiddenAsync();
        Assert.Empty(Errors);
    }

    [Fact]
    public async Task Moment_NearOrFar_SaysTheDayWhereTheTimeAloneDoesNotTell()
    {
        var page = await OpenAsync(await StartConsoleAsync(), "login");

        Assert.Matches(@"^\d\d:\d\d$", await MomentAsync(10));
        Assert.Matches(@"^(Sun|Mon|Tue|Wed|Thu|Fri|Sat) \d\d:\d\d$", await MomentAsync(40));
        Assert.Matches(@"^\d{4}-\d\d-\d\d \d\d:\d\d$", await MomentAsync(24 * 7));
        Assert.Matches(@"^\d{4}-\d\d-\d\d \d\d:\d\d$", await MomentAsync(-40));

        Task<string> MomentAsync(int hours) => page.EvaluateAsync<string>(
            """
            hours => {
              const time = document.createElement('sms-time');
              time.setAttribute('mode', 'moment');
              time.setAttribute('datetime', new Date(Date.now() + hours * 3600e3).toISOString());
              document.body.append(time);
              return time.shadowRoot.textContent;
            }
            """,
            hours);
    }

    [Fact]
    public async Task Viewer_SeesTheSameLiveAndMayChangeNothing()
    {
        var console = await StartConsoleAsync();
        await console.SignInAsync();
        using (var created = await console.Client.PostAsJsonAsync("api/v1/users", new { userName = Viewer, role = "Viewer", password = ConsoleProcess.Password }, TestContext.Current.CancellationToken))
        {
            Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        }

        var viewer = await SignInAsync(console, "sites", Viewer);
        await Expect(viewer.Heading("No secondary site yet", 2)).ToBeVisibleAsync();
        await Expect(viewer.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "New secondary site" })).ToHaveCountAsync(0);
        await viewer.WatchAsync("tbody tr .badge");
        await viewer.MarkAsync();
        var jobs = await OpenTabAsync(viewer.Context, "jobs");
        await jobs.LiveAsync();
        await jobs.WatchAsync("tbody button");

        var administrator = await SignInAsync(console, "sites/new");
        await administrator.CreateLocalAsync(console, "S01", "Harbour branch");
        var row = viewer.GetByRole(AriaRole.Row).Filter(new LocatorFilterOptions { HasText = "S01" });
        await Expect(row).ToContainTextAsync("Active", new LocatorAssertionsToContainTextOptions { Timeout = Installation });
        Assert.Contains("Being installed", await viewer.SeenAsync());
        Assert.True(await viewer.IsStillMarkedAsync());
        await Expect(jobs.GetByRole(AriaRole.Row)).ToHaveCountAsync(4);
        Assert.Empty(await jobs.SeenAsync());

        foreach (var closed in (string[])["sites/new", "users", "audit"])
        {
            await viewer.GotoAsync(closed);
            await Expect(viewer.Heading("Not for your role")).ToBeVisibleAsync();
        }

        await Expect(viewer.GetByRole(AriaRole.Navigation, new PageGetByRoleOptions { Name = "Main" }).GetByRole(AriaRole.Link)).ToHaveTextAsync(["Home", "Sites", "Jobs", "Status messages"]);
        Assert.Empty(Errors);
    }
}
