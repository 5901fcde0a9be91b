using Microsoft.Playwright;
using SmsConsole.EndToEnd.Tests.Browsing;
using SmsConsole.TestKit;
using static Microsoft.Playwright.Assertions;

namespace SmsConsole.EndToEnd.Tests;

/// <summary>What cannot be is said beside its field, in words, and nothing is created.</summary>
public class RefusalTests(Browser browser, ITestOutputHelper output) : BrowserTest(browser, output)
{
    [Fact]
    public async Task Wizard_WhatCannotBe_IsSaidBesideItsField()
    {
        var console = await StartConsoleAsync();
        await console.SignInAsync();
        var full = console.SiteRoot("X99");
        Directory.CreateDirectory(full);
        await File.WriteAllTextAsync(Path.Combine(full, "precious.txt"), "mine", TestContext.Current.CancellationToken);
        var page = await SignInAsync(console, "sites/new");

        await page.NextAsync("how to reach it");
        await Expect(await page.BesideAsync("Site code")).ToContainTextAsync("A site code has three characters.");
        await Expect(await page.BesideAsync("Name")).ToContainTextAsync("Give the site a name.");
        await Expect(await page.BesideAsync("Install directory")).ToContainTextAsync("Say where the site is to be installed.");

        await page.WriteAsync("Site code", "P01");
        await Expect(await page.BesideAsync("Site code")).ToContainTextAsync("There is a site P01 already.");
        await page.SayWhichSiteAsync("S-1", "Branch", console.SiteRoot("S01"));
        await Expect(await page.BesideAsync("Site code")).ToContainTextAsync("A to Z");
        await page.WriteAsync("Site code", "CON");
        await Expect(await page.BesideAsync("Site code")).ToContainTextAsync("CON");
        await page.WriteAsync("Site code", "S01");
        await Expect(await page.BesideAsync("Site code")).ToContainTextAsync("The site code is free.");
        await page.WriteAsync("Install directory", "relative/path");
        await Expect(await page.BesideAsync("Install directory")).ToContainTextAsync("absolute");

        await page.WriteAsync("Install directory", full);
        await page.NextAsync("how to reach it");
        await page.ChooseAsync("A path on this machine");
        await page.NextAsync("check");
        var failed = page.GetByRole(AriaRole.Listitem).Filter(new LocatorFilterOptions { HasText = "The install directory is not empty." });
        await Expect(failed).ToContainTextAsync("Failed");
        await Expect(page.Button("Create S01")).ToBeDisabledAsync();
        await failed.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Change" }).ClickAsync();
        await Expect(await page.BesideAsync("Install directory")).ToContainTextAsync("The install directory is not empty.");

        await page.WriteAsync("Install directory", Path.Combine(console.DataDirectory, "P01", "LOGS", "x"));
        await Expect(await page.BesideAsync("Install directory")).ToContainTextAsync("this primary's own data directory");
        await AssertNothingCreatedAsync(console);
        Assert.Equal(["precious.txt"], Directory.GetFileSystemEntries(full).Select(f => Path.GetFileName(f)));
        Assert.Empty(Errors);
    }

    [Fact]
    public async Task Wizard_HostThatIsNotThere_IsSaidBesideTheHost()
    {
        var console = await StartConsoleAsync();
        await console.SignInAsync();
        var sshd = await StartSshdAsync();
        var page = await SignInAsync(console, "sites/new");
        await page.SayWhichSiteAsync("S01", "Branch", console.SiteRoot("S01"));
        await page.NextAsync("how to reach it");
        await page.WriteAsync("Host", "127.0.0.1");
        await page.WriteAsync("Port", $"{sshd.Port}");

        await sshd.StopAsync();
        await page.Button("Get the host's keys").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("127.0.0.1");
        await sshd.RestartAsync();
        await page.Button("Get the host's keys").ClickAsync();
        await page.Button("It is this one").ClickAsync();
        await page.WriteAsync("User", TestSshd.User);
        await page.ChooseAsync("A private key");
        await page.WriteAsync("Private key", sshd.PrivateKey);
        await Expect(await page.BesideAsync("Host")).ToContainTextAsync("as " + TestSshd.User);

        // The machine is replaced between the pinning and the check: nobody else is talked to.
        await sshd.ReplaceHostKeyAsync();
        await page.NextAsync("check");
        var changed = page.GetByRole(AriaRole.Listitem).Filter(new LocatorFilterOptions { HasText = "another key than the one accepted" });
        await Expect(changed).ToContainTextAsync("Failed");
        await Expect(page.Button("Create S01")).ToBeDisabledAsync();

        await sshd.StopAsync();
        await page.Button("Check again").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Listitem).Filter(new LocatorFilterOptions { HasText = "The host does not answer." })).ToContainTextAsync("Failed");
        await page.Button("Change").ClickAsync();
        await Expect(await page.BesideAsync("Host")).ToContainTextAsync("The host does not answer.");
        await AssertNothingCreatedAsync(console);
        Assert.False(Directory.Exists(console.SiteRoot("S01")));
        Assert.Empty(Errors);
    }

    private static async Task AssertNothingCreatedAsync(ConsoleProcess console)
    {
        Assert.Equal(1, (await console.GetAsync("api/v1/sites")).GetProperty("total").GetInt32());
        Assert.Equal(0, (await console.GetAsync("api/v1/jobs")).GetProperty("total").GetInt32());
    }
}
