using Microsoft.Playwright;
using SmsConsole.EndToEnd.Tests.Browsing;
using SmsConsole.TestKit;
using static Microsoft.Playwright.Assertions;

namespace SmsConsole.EndToEnd.Tests;

/// <summary>What an administrator does with users: each question is asked, a no changes nothing, a yes does it.</summary>
public class UsersTests(Browser browser, ITestOutputHelper output) : BrowserTest(browser, output)
{
    [Fact]
    public async Task Users_CreateChangeAndDisable_OnlyAYesCounts()
    {
        var console = await StartConsoleAsync();
        var page = await SignInAsync(console, "users");
        await page.Button("New user").ClickAsync();
        await page.Field("User name").FillAsync("olga");
        await page.Field("Role").SelectOptionAsync("Operator");
        await page.Field("Password").FillAsync("short");
        await page.Button("Create user").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("A password has");
        await page.Field("Password").FillAsync(ConsoleProcess.Password);
        await page.Button("Create user").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeHiddenAsync();
        var row = page.GetByRole(AriaRole.Row).Filter(new LocatorFilterOptions { HasText = "olga" });
        var role = page.Field("Role of olga");
        await Expect(role).ToHaveValueAsync("Operator");

        await role.SelectOptionAsync("Administrator");
        await AnswerAsync(page, "Make olga Administrator?", "Keep as it is");
        await Expect(role).ToHaveValueAsync("Operator");
        await role.SelectOptionAsync("Viewer");
        await AnswerAsync(page, "Make olga Viewer?", "Make Viewer");
        await Expect(role).ToHaveValueAsync("Viewer");

        await page.Button("Disable olga").ClickAsync();
        await AnswerAsync(page, "Disable olga?", "Keep as it is");
        await Expect(row).ToContainTextAsync("Enabled");
        await page.Button("Disable olga").ClickAsync();
        await AnswerAsync(page, "Disable olga?", "Disable");
        await Expect(row).ToContainTextAsync("Disabled");

        await page.Link("Audit").ClickAsync();
        await Expect(page.Heading("Audit")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Row).Filter(new LocatorFilterOptions { HasText = "user.role" })).ToHaveCountAsync(1);
        await Expect(page.GetByRole(AriaRole.Row).Filter(new LocatorFilterOptions { HasText = "user.disable" })).ToHaveCountAsync(1);
        Assert.Empty(Errors);
    }

    private static async Task AnswerAsync(IPage page, string question, string answer)
    {
        var ask = page.GetByRole(AriaRole.Alertdialog);
        await Expect(ask).ToContainTextAsync(question);
        await ask.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = answer, Exact = true }).ClickAsync();
        await Expect(ask).ToBeHiddenAsync();
    }
}
