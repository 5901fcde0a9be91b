using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using SmsConsole.Data;
using SmsConsole.TestKit;

namespace SmsConsole.EndToEnd.Tests.Browsing;

/// <summary>
/// A test that looks at real consoles with a real browser. It owns what it starts; when it fails, the pages' pictures and the
/// consoles' output are kept, and the test says where.
/// </summary>
public abstract class BrowserTest(Browser browser, ITestOutputHelper output) : IClassFixture<Browser>, IAsyncLifetime
{
    /// <summary>A whole installation, on a busy machine.</summary>
    protected const float Installation = 90_000;

    private readonly List<ConsoleProcess> _consoles = [];
    private readonly List<IAsyncDisposable> _others = [];
    private readonly List<IBrowserContext> _contexts = [];
    private readonly List<string> _said = [];

    protected ITestOutputHelper Report => output;

    /// <summary>What pages wrote to the browser's console as an error, and exceptions of their scripts.</summary>
    protected IReadOnlyList<string> Errors
    {
        get
        {
            lock (_said)
            {
                return [.. _said];
            }
        }
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
        {
            await KeepEvidenceAsync();
        }

        foreach (var context in _contexts)
        {
            await context.DisposeAsync();
        }

        foreach (var console in _consoles)
        {
            await console.DisposeAsync();
        }

        foreach (var other in _others)
        {
            await other.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    protected async Task<ConsoleProcess> StartConsoleAsync(bool unattended = true, Dictionary<string, string>? settings = null)
    {
        Assert.SkipWhen(Browser.Program is null, "No Chromium on PATH; Debian: apt-get install chromium");
        var console = await ConsoleProcess.StartAsync(unattended, settings);
        _consoles.Add(console);
        return console;
    }

    protected async Task<TestSshd> StartSshdAsync()
    {
        Assert.SkipWhen(TestSshd.Program is null, "No sshd; Debian: apt-get install openssh-server");
        var sshd = await TestSshd.StartAsync();
        _others.Add(sshd);
        return sshd;
    }

    /// <summary>A new person's browser, at the console's first page.</summary>
    protected async Task<IPage> OpenAsync(ConsoleProcess console, string path = "", int width = 1440, int height = 900, ColorScheme scheme = ColorScheme.Light)
    {
        var context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = console.Url,
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = scheme,
            ReducedMotion = ReducedMotion.Reduce,
        });
        _contexts.Add(context);
        return await OpenTabAsync(context, path);
    }

    /// <summary>Another tab of the same person.</summary>
    protected async Task<IPage> OpenTabAsync(IBrowserContext context, string path)
    {
        var page = await context.NewPageAsync();
        page.Console += (_, message) => Keep(message.Type == "error" ? $"{message.Text} ({message.Location})" : null);
        page.PageError += (_, error) => Keep(error);
        await page.GotoAsync(path);
        return page;
    }

    /// <summary>Opens the sign-in page and signs in, by label and button, as a person does.</summary>
    protected async Task<IPage> SignInAsync(ConsoleProcess console, string path = "", string user = ConsoleProcess.Administrator, string password = ConsoleProcess.Password, int width = 1440, int height = 900, ColorScheme scheme = ColorScheme.Light)
    {
        var page = await OpenAsync(console, path, width, height, scheme);
        await page.SignInAsync(user, password);
        await page.LiveAsync();
        return page;
    }

    /// <summary>Fills the database of a console, beside it.</summary>
    protected static async Task SeedAsync(ConsoleProcess console, Func<IServiceProvider, CancellationToken, Task> fill)
    {
        await using var services = new ServiceCollection().AddLogging().AddSmsData(new SmsDataOptions { ConnectionString = $"Data Source={Path.Combine(console.DataDirectory, "SiteControl.db")}" }).BuildServiceProvider();
        await fill(services, TestContext.Current.CancellationToken);
    }

    private async Task KeepEvidenceAsync()
    {
        var folder = Directory.CreateTempSubdirectory("browser-test-").FullName;
        foreach (var (page, n) in _contexts.SelectMany(c => c.Pages).Select((p, n) => (p, n)))
        {
            var name = Path.Combine(folder, "page-" + n.ToString(CultureInfo.InvariantCulture));
            try
            {
                await page.ScreenshotAsync(new PageScreenshotOptions { Path = name + ".png", FullPage = true, Timeout = 5_000 });
                await File.WriteAllTextAsync(name + ".html", $"<!-- {page.Url} -->\n{await page.ContentAsync()}");
            }
            catch (PlaywrightException e)
            {
                await File.WriteAllTextAsync(name + ".txt", e.Message);
            }
        }

        await File.WriteAllLinesAsync(Path.Combine(folder, "browser.txt"), Errors);
        foreach (var console in _consoles)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, $"console-{console.Port}.txt"), console.Output);
        }

        output.WriteLine($"Pictures of the pages and the consoles' output: {folder}");
    }

    private void Keep(string? error)
    {
        lock (_said)
        {
            if (error is not null)
            {
                _said.Add(error);
            }
        }
    }
}
