using Microsoft.Playwright;
using SmsConsole.EndToEnd.Tests.Browsing;
using static Microsoft.Playwright.Assertions;

namespace SmsConsole.EndToEnd.Tests;

/// <summary>The main job of the product as a newcomer does it: a secondary site on this machine, from the empty list to Active, without a reload.</summary>
public class LocalStoryTests(Browser browser, ITestOutputHelper output) : BrowserTest(browser, output)
{
    [Fact]
    public async Task Create_OnThisMachine_IsWatchedLiveToActive()
    {
        var console = await StartConsoleAsync();
        var page = await SignInAsync(console);
        await page.MarkAsync();

        await page.Link("Sites").ClickAsync();
        await Expect(page.Heading("No secondary site yet", 2)).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = "New secondary site" }).Last.ClickAsync();
        await Expect(page.Heading("New secondary site")).ToBeVisibleAsync();

        Directory.CreateDirectory(Path.GetDirectoryName(console.SiteRoot("S01"))!);
        await page.SayWhichSiteAsync("s01", "Harbour branch", console.SiteRoot("S01"));
        await Expect(await page.BesideAsync("Site code")).ToContainTextAsync("The site code is free.");
        await page.NextAsync("how to reach it");
        await page.ChooseAsync("A path on this machine");
        await page.NextAsync("check");
        foreach (var check in (string[])["Site code", "Site name", "Install directory", "Address", "Connection", "Directory at the site", "Disk space", "Site server"])
        {
            await Expect(page.GetByRole(AriaRole.Listitem).Filter(new LocatorFilterOptions { Has = page.GetByText(check, new PageGetByTextOptions { Exact = true }) })).ToContainTextAsync("Passed");
        }

        await page.Button("Create S01").ClickAsync();
        await Expect(page.Heading("Site creation has been initiated", 2)).ToBeVisibleAsync();
        await page.WatchAsync(".stepper h3, .page-header .badge");
        await page.Link("Watch the installation").ClickAsync();
        await Expect(page.Heading("S01 Harbour branch")).ToBeVisibleAsync();
        await Expect(page.Heading("How it was installed", 2)).ToBeVisibleAsync(new LocatorAssertionsToBeVisibleOptions { Timeout = Installation });

        var seen = await page.SeenAsync();
        Report.WriteLine(string.Join(" | ", seen));
        Assert.Contains("Being installed", seen);
        Assert.Contains("Active", seen);
        Assert.True(seen.Count(s => s.EndsWith("Running", StringComparison.Ordinal)) >= 2, "The phases were not seen to follow one another.");
        await Expect(page.Locator(".stepper h3 .step-state")).ToHaveTextAsync(["Done", "Done", "Done", "Done"]);
        await Expect(page.GetByText("SMS_DESPOOLER")).ToBeVisibleAsync();
        await Expect(page.Locator(".page-header .badge")).ToHaveTextAsync(["Active"]);

        await page.Link("History").ClickAsync();
        await Expect(page.Locator(".timeline li")).Not.ToHaveCountAsync(0);
        await Expect(page.Locator(".timeline")).ToContainTextAsync("Active");
        await page.Link("Control files").ClickAsync();
        await page.Link("Desired").ClickAsync();
        await Expect(page.GetByLabel("Control file of S01")).ToContainTextAsync("SITE CONTROL FILE [");
        await page.Link("Actual").ClickAsync();
        await Expect(page.GetByLabel("Control file of S01")).ToContainTextAsync("SITE CONTROL FILE [");
        await page.Link("Difference").ClickAsync();
        await Expect(page.GetByText("The site is as desired.")).ToBeVisibleAsync();
        await page.Link("Logs").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Log)).ToContainTextAsync("BOOTSTRP.PK1");
        await page.Link("Site Configuration Manager").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Log)).ToContainTextAsync("S01");

        await page.Link("Jobs").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Row)).ToHaveCountAsync(4);
        foreach (var comment in (string[])["Bootstrap Job for S01", "Site Install Job for S01", "Site Control Job for S01"])
        {
            await Expect(page.GetByRole(AriaRole.Row).Filter(new LocatorFilterOptions { Has = page.Link(comment) })).ToContainTextAsync("Complete");
        }

        await page.Link("Home").ClickAsync();
        await Expect(page.GetByLabel("Sites by state").GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = "Active" })).ToContainTextAsync("2");

        await page.Keyboard.PressAsync("Control+k");
        await page.GetByRole(AriaRole.Combobox).FillAsync("harbour");
        await page.GetByRole(AriaRole.Option, new PageGetByRoleOptions { Name = "S01 Harbour branch" }).ClickAsync();
        await Expect(page.Heading("S01 Harbour branch")).ToBeVisibleAsync();

        Assert.True(await page.IsStillMarkedAsync(), "The page was loaded anew on the way.");
        Assert.Empty(Errors);
    }
}
