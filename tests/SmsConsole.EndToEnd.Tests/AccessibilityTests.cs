using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using SmsConsole.EndToEnd.Tests.Browsing;
using SmsConsole.TestKit;
using static Microsoft.Playwright.Assertions;

namespace SmsConsole.EndToEnd.Tests;

/// <summary>
/// A walk over every page, each judged light and dark, wide and narrow: axe finds nothing serious, nothing scrolls sideways and no table is cut off.
/// With SMSCONSOLE_SCREENSHOTS naming a folder, each view is also photographed there (eng/screenshots).
/// </summary>
public partial class AccessibilityTests(Browser browser, ITestOutputHelper output) : BrowserTest(browser, output)
{
    private static readonly (int Width, int Height)[] _sizes = [(1440, 900), (390, 844)];
    private static readonly ColorScheme[] _schemes = [ColorScheme.Light, ColorScheme.Dark];
    private static readonly string? _pictures = Environment.GetEnvironmentVariable("SMSCONSOLE_SCREENSHOTS");

    private readonly Dictionary<string, List<string>> _faults = [];
    private int _number;

    [Fact]
    public async Task EveryPage_LightAndDarkWideAndNarrow_HasNothingSerious()
    {
        var console = await StartConsoleAsync(unattended: false);
        var sshd = await StartSshdAsync();
        var page = await OpenAsync(console, "login");
        await JudgeAsync(page, "sign-in-nobody-yet");
        await page.GotoAsync("login?failed=true");
        await JudgeAsync(page, "sign-in-refused");
        await page.GotoAsync(SetUpAddress().Match(console.Output).Value);
        await JudgeAsync(page, "set-up");
        await page.Field("User name").FillAsync(ConsoleProcess.Administrator);
        await page.Field("Password").FillAsync(ConsoleProcess.Password);
        await page.Field("Password again").FillAsync(ConsoleProcess.Password);
        await page.Button("Create administrator").ClickAsync();
        await page.LiveAsync();
        await JudgeAsync(page, "home-empty");
        await VisitAsync(page, "sites", "sites-empty");
        await VisitAsync(page, "jobs", "jobs-empty");

        await page.GoAsync("sites/new");
        await page.NextAsync("how to reach it");
        await JudgeAsync(page, "wizard-1-errors");
        await page.SayWhichSiteAsync("S01", "Harbour branch", console.SiteRoot("S01"));
        await Expect(await page.BesideAsync("Site code")).ToContainTextAsync("free");
        await JudgeAsync(page, "wizard-1-filled");
        await page.NextAsync("how to reach it");
        await page.WriteAsync("Host", "127.0.0.1");
        await page.WriteAsync("Port", $"{sshd.Port}");
        await page.Button("Get the host's keys").ClickAsync();
        await Expect(page.Button("It is this one")).ToBeVisibleAsync();
        await page.ChooseAsync("A private key");
        await JudgeAsync(page, "wizard-2-ssh");
        await page.Button("It is this one").ClickAsync();
        await page.WriteAsync("User", TestSshd.User);
        await page.WriteAsync("Private key", sshd.PrivateKey);
        await page.NextAsync("check");
        await Expect(page.Button("Create S01")).ToBeEnabledAsync();
        await JudgeAsync(page, "wizard-3-checks");
        await page.Button("Create S01").ClickAsync();
        await Expect(page.Heading("Site creation has been initiated", 2)).ToBeVisibleAsync();

        // The site is held still once it has confirmed, so that the pages can be judged in the middle of an installation.
        var held = HoldAsync(console, "S01");
        await page.Link("Watch the installation").ClickAsync();
        await held;
        await Expect(page.Locator(".stepper li.running").Or(page.Heading("How it was installed", 2)).First).ToBeVisibleAsync();
        await Expect(page.Locator(".stepper h3").Nth(3)).ToContainTextAsync(RunningOrDone());
        if (_pictures is not null)
        {
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(_pictures, "site-installing.png") });
        }

        await JudgeAsync(page, "site-installing");
        await VisitAsync(page, "sites", "sites-installing");
        await VisitAsync(page, "", "home-installing");
        SiteKill.Resume(console.SiteRoot("S01"));
        await page.GoAsync("sites/S01");
        await Expect(page.Heading("How it was installed", 2)).ToBeVisibleAsync(new LocatorAssertionsToBeVisibleOptions { Timeout = Installation });
        await JudgeAsync(page, "site-active");
        await VisitAsync(page, "sites/S01?tab=history", "site-history");
        await VisitAsync(page, "sites/S01?tab=control", "site-control-files");
        await VisitAsync(page, "sites/S01?tab=control&view=actual", "site-control-file-actual");
        await VisitAsync(page, "sites/S01?tab=log", "site-logs");
        await VisitAsync(page, "", "home");
        await VisitAsync(page, "sites", "sites");
        await VisitAsync(page, "jobs", "jobs");
        await page.Link("Site Install Job for S01").ClickAsync();
        await Expect(page.Heading("Site Install Job for S01")).ToBeVisibleAsync();
        await JudgeAsync(page, "job");
        await VisitAsync(page, "jobs/send-requests", "send-requests");
        await VisitAsync(page, "status", "status-messages");
        await VisitAsync(page, "users", "users");
        await page.Button("New user").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await JudgeAsync(page, "users-new");
        await VisitAsync(page, "audit", "audit");
        await VisitAsync(page, "account", "account");
        await VisitAsync(page, "denied", "denied");
        await VisitAsync(page, "no/such/page", "not-found");
        await page.GoAsync("sites/XYZ");
        await Expect(page.Heading("There is no such site", 2)).ToBeVisibleAsync();
        await JudgeAsync(page, "site-unknown");
        await page.Keyboard.PressAsync("Control+k");
        await Expect(page.GetByRole(AriaRole.Combobox)).ToBeFocusedAsync();
        await JudgeAsync(page, "search");

        AssertNoFaults();
    }

    [Fact]
    public async Task Lists_FullOfSitesInEveryState_HaveNothingSerious()
    {
        var console = await StartConsoleAsync(settings: new() { ["Engine:Enabled"] = "false" });
        await SeedAsync(console, async (services, token) =>
        {
            await DatabaseSeed.SitesAsync(services, 120, token);
            await DatabaseSeed.JobsAsync(services, 60, token);
            await DatabaseSeed.MessagesAsync(services, 3_000, 120, token);
        });

        _number = 40;
        var page = await SignInAsync(console);
        await VisitAsync(page, "", "full-home");
        await VisitAsync(page, "sites", "full-sites");
        await VisitAsync(page, "sites?status=Failed", "full-sites-failed");
        await page.GetByLabel("Select all sites on this page").CheckAsync();
        await Expect(page.GetByRole(AriaRole.Region, new PageGetByRoleOptions { Name = "Selected sites" })).ToContainTextAsync("selected");
        await JudgeAsync(page, "full-sites-selected");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { NameRegex = RetryFailed() }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alertdialog)).ToContainTextAsync(DatabaseSeed.Code(31));
        await JudgeAsync(page, "full-sites-retry");
        await page.Button("Keep as it is").ClickAsync();
        await VisitAsync(page, "sites/" + DatabaseSeed.Code(31), "full-site-failed");
        await page.Button("Retry").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alertdialog)).ToBeVisibleAsync();
        await JudgeAsync(page, "full-site-retry");
        await VisitAsync(page, "jobs", "full-jobs");
        await VisitAsync(page, "jobs/P0100003", "full-job-retrying");
        await VisitAsync(page, "status", "full-status-messages");
        await VisitAsync(page, "sites?search=nowhere", "full-nothing-found");
        await page.SetViewportSizeAsync(1100, 800);
        foreach (var list in (string[])["sites", "jobs", "jobs/send-requests", "status", "users", "audit"])
        {
            await page.GoAsync(list);
            await Expect(page.Locator(".live-loading")).ToHaveCountAsync(0);
            await MeasureAsync(page, list + " 1100");
            if (_pictures is not null)
            {
                await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(_pictures, $"1100-{list.Replace('/', '-')}.png") });
            }
        }

        AssertNoFaults();
    }

    /// <summary>Waits until the site has confirmed its Bootstrap service, and holds its processes.</summary>
    private static async Task HoldAsync(ConsoleProcess console, string code)
    {
        await console.SignInAsync();
        await ConsoleProcess.UntilAsync(async () => (await console.GetAsync("api/v1/sites/" + code)).GetProperty("publicKeyFingerprint").GetString() is not null, TimeSpan.FromSeconds(60));
        SiteKill.Pause(console.SiteRoot(code));
    }

    private void AssertNoFaults() => Assert.True(_faults.Count == 0, string.Join(Environment.NewLine, _faults.Select(f => $"{f.Key} (at {string.Join(", ", f.Value)})")));

    private async Task VisitAsync(IPage page, string path, string name)
    {
        await page.GoAsync(path);
        await Expect(page.Locator(".live-loading")).ToHaveCountAsync(0);
        await JudgeAsync(page, name);
    }

    private async Task JudgeAsync(IPage page, string name)
    {
        _number++;
        foreach (var (width, height) in _sizes)
        {
            await page.SetViewportSizeAsync(width, height);
            foreach (var scheme in _schemes)
            {
                await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = scheme });
                var view = $"{name} {width} {scheme}";
                if (_pictures is not null)
                {
                    await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(_pictures, $"{_number:00}-{name}-{width}-{scheme}.png".ToLowerInvariant()), FullPage = true, Style = "* { content-visibility: visible !important; }" });
                }

                var result = await page.RunAxe();
                foreach (var violation in result.Violations.Where(v => v.Impact is "serious" or "critical"))
                {
                    Add($"{violation.Impact} {violation.Id}: {violation.Help}: {string.Join(" ; ", violation.Nodes.Take(3).Select(n => n.Html))}", view);
                }

                await MeasureAsync(page, view);
            }
        }

        // What files, keys and logs hold is not ours to judge.
        foreach (var joint in await page.EvaluateAsync<string[]>("() => { let text = document.body.innerText; for (const e of document.querySelectorAll('code, pre, sms-follow, .change, .diff')) { text = text.replace(e.innerText, ''); } return text.match(/.{0,20}\\p{Ll}[.:,]\\p{Lu}.{0,20}/gu) ?? []; }"))
        {
            Add($"two sentences run together: '{joint}'", name);
        }

        await page.SetViewportSizeAsync(_sizes[0].Width, _sizes[0].Height);
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = _schemes[0] });
    }

    private async Task MeasureAsync(IPage page, string view)
    {
        var over = await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");
        if (over > 0)
        {
            Add($"scrolls sideways by {over} px", view);
        }

        foreach (var table in await page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('.table-wrap')].filter(t => t.scrollWidth > t.clientWidth).map(t => t.querySelector('caption').textContent)"))
        {
            Add($"the table {table} is cut off", view);
        }

        foreach (var cell in await page.EvaluateAsync<string[]>("() => [...new Set([...document.querySelectorAll('.table :is(td, th)')].filter(c => c.scrollWidth > c.clientWidth).map(c => c.textContent.trim()))]"))
        {
            Add($"the cell '{cell}' is wider than its column", view);
        }

        // Of a row that is not on the screen the browser knows nothing.
        foreach (var row in await page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('.table tbody tr')].filter(r => r.firstElementChild.checkVisibility({ contentVisibilityAuto: true }) && r.scrollHeight > r.clientHeight + 1).map(r => r.textContent.trim())"))
        {
            Add($"the row '{row}' holds more than is seen of it", view);
        }
    }

    private void Add(string fault, string view)
    {
        if (!_faults.TryGetValue(fault, out var views))
        {
            _faults[fault] = views = [];
        }

        views.Add(view);
    }

    [GeneratedRegex(@"http://\S+/setup\?token=\S+")]
    private static partial Regex SetUpAddress();

    [GeneratedRegex("Retry [0-9]+ failed")]
    private static partial Regex RetryFailed();

    [GeneratedRegex("Running|Done")]
    private static partial Regex RunningOrDone();
}
