using System.Security.Cryptography;
using Microsoft.Playwright;
using SmsConsole.EndToEnd.Tests.Browsing;
using SmsConsole.TestKit;
using static Microsoft.Playwright.Assertions;

namespace SmsConsole.EndToEnd.Tests;

/// <summary>The same through a real sshd: its key is shown and pinned by the administrator, the account's private key is pasted.</summary>
public class SshStoryTests(Browser browser, ITestOutputHelper output) : BrowserTest(browser, output)
{
    [Fact]
    public async Task Create_OverSsh_IsWatchedLiveToActive()
    {
        var console = await StartConsoleAsync();
        var sshd = await StartSshdAsync();
        var page = await SignInAsync(console, "sites/new");
        await page.MarkAsync();
        await page.SayWhichSiteAsync("S02", "Hill branch", console.SiteRoot("S02"));
        await page.NextAsync("how to reach it");

        await page.ChooseAsync("A host over SSH");
        await page.WriteAsync("Host", "127.0.0.1");
        await page.WriteAsync("Port", $"{sshd.Port}");
        await page.Button("Get the host's keys").ClickAsync();
        var fingerprint = "SHA256:" + Convert.ToBase64String(SHA256.HashData(Convert.FromBase64String(sshd.HostKey.Split(' ')[1]))).TrimEnd('=');
        var offered = page.GetByRole(AriaRole.Listitem).Filter(new LocatorFilterOptions { HasText = fingerprint });
        await Expect(offered).ToBeVisibleAsync();

        await page.NextAsync("check");
        await Expect(page.GetByText("Get the host's key and confirm its fingerprint.")).ToBeVisibleAsync();
        await offered.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(page.GetByText("Pinned:")).ToContainTextAsync(fingerprint);
        await page.WriteAsync("User", TestSshd.User);
        await page.ChooseAsync("A private key");
        await page.WriteAsync("Private key", sshd.PrivateKey);
        await page.NextAsync("check");

        await Expect(page.GetByRole(AriaRole.Listitem).Filter(new LocatorFilterOptions { HasText = "Connection" })).ToContainTextAsync("as " + TestSshd.User);
        await Expect(page.GetByRole(AriaRole.Listitem).Filter(new LocatorFilterOptions { HasText = "Site server" })).ToContainTextAsync("Passed");
        await page.Button("Create S02").ClickAsync();
        await Expect(page.Heading("Site creation has been initiated", 2)).ToBeVisibleAsync();
        await page.Link("Watch the installation").ClickAsync();
        await Expect(page.Heading("How it was installed", 2)).ToBeVisibleAsync(new LocatorAssertionsToBeVisibleOptions { Timeout = Installation });

        await Expect(page.GetByText($"127.0.0.1, port {sshd.Port}")).ToBeVisibleAsync();
        await Expect(page.GetByText("Stored, encrypted")).ToBeVisibleAsync();
        await Expect(page.GetByText(fingerprint)).ToBeVisibleAsync();
        await page.Link("Logs").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Log)).ToContainTextAsync("BOOTSTRP.PK1");
        Assert.DoesNotContain("PRIVATE KEY", await page.ContentAsync(), StringComparison.Ordinal);
        Assert.True(await page.IsStillMarkedAsync(), "The page was loaded anew on the way.");
        Assert.Empty(Errors);
    }
}
