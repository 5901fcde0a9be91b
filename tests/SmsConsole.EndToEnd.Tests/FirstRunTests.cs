using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using SmsConsole.EndToEnd.Tests.Browsing;
using SmsConsole.TestKit;
using static Microsoft.Playwright.Assertions;

namespace SmsConsole.EndToEnd.Tests;

/// <summary>How the first administrator, and then everybody, gets in.</summary>
public partial class FirstRunTests(Browser browser, ITestOutputHelper output) : BrowserTest(browser, output)
{
    [Fact]
    public async Task SetUp_WithThePrintedToken_CreatesTheAdministratorOnce()
    {
        var console = await StartConsoleAsync(unattended: false);
        var printed = SetUpAddress().Matches(console.Output);
        var address = Assert.Single(printed).Value;
        var page = await OpenAsync(console, "login");
        await Expect(page.GetByText("Nobody can sign in yet.")).ToBeVisibleAsync();

        foreach (var wrong in (string[])["setup", "setup?token=", "setup?token=" + new string('0', 32)])
        {
            Assert.Equal((int)HttpStatusCode.NotFound, (await page.GotoAsync(wrong))!.Status);
            await Expect(page.Heading("There is no such page")).ToBeVisibleAsync();
        }

        await page.GotoAsync(address);
        await Expect(page.Heading("Welcome to SmsConsole")).ToBeVisibleAsync();
        await SetUpAsync(page, "ada", "A long enough sentence", "A different sentence");
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("The two passwords differ.");
        await Expect(page.Field("User name")).ToHaveValueAsync("ada");
        await SetUpAsync(page, "ada", "A long enough sentence", "A long enough sentence");

        await Expect(page.Heading("Home")).ToBeVisibleAsync();
        await Expect(page.Heading("Your first secondary site", 2)).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = "New secondary site" }).First).ToHaveAttributeAsync("href", "/sites/new");

        Assert.Equal((int)HttpStatusCode.NotFound, (await page.GotoAsync(address))!.Status);
        Assert.DoesNotContain(Errors, e => !e.Contains("404", StringComparison.Ordinal));
        console.Kill();
        await console.StartAgainAsync();
        Assert.Single(SetUpAddress().Matches(console.Output));
    }

    [Fact]
    public async Task SignIn_WrongThenRight_SaysSoAndLeadsBack()
    {
        var console = await StartConsoleAsync();
        var page = await OpenAsync(console, "jobs");

        await page.SignInAsync(ConsoleProcess.Administrator, "not the password");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Check the user name and password.");
        await page.SignInAsync("nobody", "not the password");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Check the user name and password.");
        await page.SignInAsync(ConsoleProcess.Administrator, ConsoleProcess.Password);
        await Expect(page.Heading("Jobs")).ToBeVisibleAsync();
        await page.LiveAsync();

        await page.Locator("summary", new PageLocatorOptions { HasText = "account and theme" }).ClickAsync();
        await page.Button("Sign out").ClickAsync();
        await Expect(page.GetByText("You are signed out.")).ToBeVisibleAsync();
        await page.GotoAsync("sites");
        await Expect(page.Heading("Sign in")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Keyboard_Alone_SignsInAndFindsAPage()
    {
        var console = await StartConsoleAsync();
        var page = await OpenAsync(console);
        await Expect(page.Field("User name")).ToBeFocusedAsync();

        await page.Keyboard.TypeAsync(ConsoleProcess.Administrator);
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync(ConsoleProcess.Password);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Heading("Home")).ToBeVisibleAsync();
        await page.LiveAsync();

        await page.Keyboard.PressAsync("Control+k");
        await Expect(page.GetByRole(AriaRole.Combobox)).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("new sec");
        await Expect(page.GetByRole(AriaRole.Option, new PageGetByRoleOptions { Selected = true })).ToContainTextAsync("New secondary site");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Heading("New secondary site")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeHiddenAsync();

        // The first stop of every page leads past the navigation.
        await page.Link("Skip to content").FocusAsync();
        await Expect(page.Link("Skip to content")).ToBeInViewportAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Main)).ToBeFocusedAsync();
    }

    private static async Task SetUpAsync(IPage page, string user, string password, string again)
    {
        await page.Field("User name").FillAsync(user);
        await page.Field("Password").FillAsync(password);
        await page.Field("Password again").FillAsync(again);
        await page.Button("Create administrator").ClickAsync();
    }

    [GeneratedRegex(@"http://\S+/setup\?token=\S+")]
    private static partial Regex SetUpAddress();
}
