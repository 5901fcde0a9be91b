using Microsoft.Playwright;
using SmsConsole.EndToEnd.Tests.Browsing;
using SmsConsole.TestKit;
using static Microsoft.Playwright.Assertions;

namespace SmsConsole.EndToEnd.Tests;

/// <summary>What is done with several rows of a list at once.</summary>
public class SelectionTests(Browser browser, ITestOutputHelper output) : BrowserTest(browser, output)
{
    [Fact]
    public async Task Sites_AllThatFailed_GoOnAfterOneQuestionAndLeaveTheList()
    {
        var console = await StartConsoleAsync(settings: new() { ["Engine:Enabled"] = "false" });
        await SeedAsync(console, (services, token) => DatabaseSeed.SitesAsync(services, 120, token));

        var page = await SignInAsync(console, "sites?status=Failed");
        await page.MarkAsync();
        var selected = page.GetByRole(AriaRole.Region, new PageGetByRoleOptions { Name = "Selected sites" });
        await page.GetByLabel("Select " + DatabaseSeed.Code(31)).CheckAsync();
        await Expect(selected).ToContainTextAsync("1 site selected");
        await selected.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Select all 2" }).ClickAsync();
        await selected.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Retry 2 failed" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alertdialog)).ToContainTextAsync(DatabaseSeed.Code(31));
        await page.Button("Retry 2 sites").ClickAsync();

        await Expect(page.GetByText("2 sites go on")).ToBeVisibleAsync();
        await Expect(page.Heading("No site matches", 2)).ToBeVisibleAsync();
        await Expect(selected).ToHaveCountAsync(0);
        Assert.True(await page.IsStillMarkedAsync(), "The page was loaded anew on the way.");
        Assert.Empty(Errors);
    }
}
