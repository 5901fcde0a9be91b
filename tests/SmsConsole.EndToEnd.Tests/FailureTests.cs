using System.Diagnostics;
using Microsoft.Playwright;
using SmsConsole.EndToEnd.Tests.Browsing;
using SmsConsole.TestKit;
using static Microsoft.Playwright.Assertions;

namespace SmsConsole.EndToEnd.Tests;

/// <summary>An installation that cannot go on says why in words, and a button goes on from there.</summary>
public class FailureTests(Browser browser, ITestOutputHelper output) : BrowserTest(browser, output)
{
    [Fact]
    public async Task Install_DiskTooSmall_SaysSoAndRetryInstalls()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Needs root on Linux to mount a small tmpfs.");
        var console = await StartConsoleAsync();
        var page = await SignInAsync(console, "sites/new");
        var volume = Path.GetDirectoryName(console.SiteRoot("S01"))!;
        Directory.CreateDirectory(volume);
        await RunAsync("mount", "-t", "tmpfs", "-o", "size=300m", "tmpfs", volume);
        try
        {
            await page.CreateLocalAsync(console, "S01", "Harbour branch");
            await RunAsync("mount", "-o", "remount,size=24m", volume);
            await page.Link("Watch the installation").ClickAsync();
            await page.MarkAsync();

            var failure = page.GetByRole(AriaRole.Alert).Filter(new LocatorFilterOptions { HasText = "Event 384" });
            await Expect(failure).ToContainTextAsync("disk space", new LocatorAssertionsToContainTextOptions { Timeout = Installation });
            await Expect(page.Locator(".page-header")).ToContainTextAsync("Failed");

            await failure.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Retry" }).ClickAsync();
            var ask = page.GetByRole(AriaRole.Alertdialog);
            await Expect(ask).ToContainTextAsync("Retry S01?");
            await ask.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Retry", Exact = true }).ClickAsync();
            await Expect(ask).ToBeHiddenAsync();
            await RunAsync("mount", "-o", "remount,size=300m", volume);

            await Expect(page.Heading("How it was installed", 2)).ToBeVisibleAsync(new LocatorAssertionsToBeVisibleOptions { Timeout = Installation });
            await Expect(failure).ToBeHiddenAsync();
            Assert.True(await page.IsStillMarkedAsync(), "The page was loaded anew on the way.");
            await page.Link("History").ClickAsync();
            await Expect(page.Locator(".timeline")).ToContainTextAsync(ConsoleProcess.Administrator);
            Assert.Empty(Errors);
        }
        finally
        {
            SiteKill.All(console.SiteRoot("S01"));
            await RunAsync("umount", "-l", volume);
        }
    }

    [Fact]
    public async Task Job_HostGone_WaitsInWordsIsCancelledAndTheSiteIsRetried()
    {
        var console = await StartConsoleAsync();
        var sshd = await StartSshdAsync();
        await console.SignInAsync();
        var page = await SignInAsync(console, "jobs");
        await page.MarkAsync();
        using (var created = await console.CreateSshSiteAsync("S02", sshd))
        {
            created.EnsureSuccessStatusCode();
        }

        // Whichever job is under way when the host goes away waits for it.
        await sshd.StopAsync();
        var waiting = page.GetByRole(AriaRole.Row).Filter(new LocatorFilterOptions { HasText = "Next try" });
        var cancel = page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Cancel", Exact = false }).First;
        await Expect(waiting).ToBeVisibleAsync();
        await cancel.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alertdialog)).ToContainTextAsync("stops sending");
        await page.Button("Keep as it is").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alertdialog)).ToBeHiddenAsync();
        await cancel.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alertdialog).Locator(":focus")).ToHaveCountAsync(1); // It is drawn a round trip before it hears keys.
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByRole(AriaRole.Alertdialog)).ToBeHiddenAsync();
        await Expect(waiting).ToBeVisibleAsync();
        await cancel.ClickAsync();
        await page.Button("Cancel the job").ClickAsync();
        await page.Link("S02").First.ClickAsync();
        var failure = page.GetByRole(AriaRole.Alert).Filter(new LocatorFilterOptions { HasText = "cancel" });
        await Expect(failure).ToBeVisibleAsync();

        await sshd.RestartAsync();
        await failure.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Retry" }).ClickAsync();
        await page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Retry", Exact = true }).ClickAsync();
        await Expect(page.Heading("How it was installed", 2)).ToBeVisibleAsync(new LocatorAssertionsToBeVisibleOptions { Timeout = Installation });
        Assert.True(await page.IsStillMarkedAsync(), "The page was loaded anew on the way.");
        Assert.Empty(Errors);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }
}
