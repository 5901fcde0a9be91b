using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using SmsConsole.Engine;
using SmsConsole.TestKit;
using SmsConsole.Web.Hosting;

namespace SmsConsole.Bench;

/// <summary>
/// Engine event -> DOM in Chromium (P11): site rows change in committed transactions, which the console's SQL Monitor reads and its live views show;
/// every browser notes when the changed text appeared. The console runs in this process, so that commits wake SQL Monitor as its own engine's do.
/// </summary>
internal static class LiveViews
{
    private const string Chromium = "/usr/bin/chromium";
    private const int PerCommit = 10;

    /// <summary>Sites that are on the first page for certain: one event a second among thousands would hardly ever be seen.</summary>
    private const int OnThePage = 40;

    /// <summary>What one event's site is beside the next one's: events are spread over all sites. A prime, so all are met unless their number is a multiple of it.</summary>
    private const long Spread = 1009;

    /// <summary>An event that has changed is one text node "e17".</summary>
    private const string Watch =
        """
        () => {
          window.seen = [];
          const note = node => { const m = /^e(\d+)$/.exec(node.textContent.trim()); if (m) window.seen.push(+m[1], performance.timeOrigin + performance.now()); };
          new MutationObserver(records => {
            for (const r of records) {
              if (r.type === 'characterData') note(r.target);
              for (const n of r.addedNodes) if (n.nodeType === 3) note(n); else if (n.nodeType === 1) n.querySelectorAll('td').forEach(note);
            }
          }).observe(document, { subtree: true, childList: true, characterData: true });
        }
        """;

    /// <param name="sites">Sites that change; of more than a page holds, the first page is watched.</param>
    /// <param name="equal">The browsers compete with the console for the processor. Otherwise they have what it leaves, all of them: those who look at a console do not sit at its machine.</param>
    public static async Task<int> RunAsync(int browsers, int events, int seconds, int sites, bool equal)
    {
        Machine.Print($"live: engine event -> DOM, {browsers} browsers {(equal ? "of the console's own priority" : "that have the processor the console leaves")}, events of {sites} sites");
        AppContext.SetData("APP_CONTEXT_BASE_DIRECTORY", Path.GetDirectoryName(ConsoleProcess.Program)! + Path.DirectorySeparatorChar);
        var folder = Directory.CreateTempSubdirectory("bench-live-").FullName;
        var url = HostProcess.FreeUrl();
        var options = new SmsConsoleOptions
        {
            Urls = url.TrimEnd('/'),
            DataDirectory = folder,
            Database = new DatabaseSettings(DatabaseProvider.Sqlite, $"Data Source={Path.Combine(folder, "SiteControl.db")}"),
            Engine = new EngineSettings(false),
            Setup = new SetupSettings(ConsoleProcess.Administrator, ConsoleProcess.Password),
        };
        await using var app = ConsoleHost.Create(options, [], builder => builder.Logging.SetMinimumLevel(LogLevel.Warning));
        await FirstStart.PrepareAsync(app, options);
        await DatabaseSeed.SitesAsync(app.Services, sites);
        await app.StartAsync();
        try
        {
            await MeasureAsync(app, equal ? Chromium : WithWhatIsLeft(folder), url, browsers, events, seconds, sites);
        }
        finally
        {
            await app.StopAsync();
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static async Task MeasureAsync(WebApplication app, string program, string url, int browsers, int events, int seconds, int sites)
    {
        using var playwright = await Playwright.CreateAsync();
        await using var chromium = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = program,
            // Windows nobody sees keep the priority of those somebody does.
            Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-renderer-backgrounding", "--disable-background-timer-throttling", "--disable-backgrounding-occluded-windows"],
        });
        var first = await OpenAsync(chromium, url, null);
        var state = await first.Context.StorageStateAsync();
        var pages = new List<IPage> { first };
        var table = new Table("browsers", "windows", "events/s", "commits/s", "samples", "p50 ms", "p95 ms", "p99 ms", "max ms", "machine", "console", "browsers", "at rest", "load");
        var next = 0;

        // What one browser sees is the console's part; what many see on one machine is mostly their own part.
        // Without a graphics card a drawn frame costs the processor more than all else together, so they are also seen minimised: they follow, and are drawn once a second (all in the same moment).
        foreach (var (count, rate, drawn) in new[] { (1, 1, true), (1, events, true), (browsers, 1, true), (browsers, events, true), (browsers, 1, false), (browsers, events, false) }.Distinct())
        {
            while (pages.Count < count)
            {
                pages.Add(await OpenAsync(chromium, url, state));
            }

            if (!drawn)
            {
                await Task.WhenAll(pages.Select(MinimiseAsync));
            }

            await Task.Delay(2000);
            var restBefore = Machine.ProcessorOfChildren(Environment.ProcessId);
            await Task.Delay(4000);
            var rest = (Machine.ProcessorOfChildren(Environment.ProcessId) - restBefore) / 4;
            var run = await RunAsync(app, pages.Take(count).ToList(), rate, seconds, next, rate == 1 ? Math.Min(sites, OnThePage) : sites);
            next = run.Next;
            if (run.Milliseconds.Count == 0)
            {
                throw new InvalidOperationException("No change appeared in any browser: " + await pages[0].InnerTextAsync("body"));
            }

            var samples = new Samples(run.Milliseconds);
            table.Add(count, drawn ? "drawn" : "minimised", rate, Math.Min(rate, run.Commits / (double)seconds), samples.Count, samples.Median, samples.At(0.95), samples.At(0.99), samples.Max, run.Busy, run.Own, run.Browsers, rest, Machine.Load());
            if (count == browsers)
            {
                Goal.Print($"p99 with {count} browsers {(drawn ? "drawn by this machine" : "minimised")} and {rate} events/s", samples.At(0.99), 100, " ms");
            }
        }

        table.Print();
        Console.WriteLine("  machine, console, browsers: cores in use while events came; at rest: of the browsers, before any came.");
    }

    /// <summary>A program that is Chromium, with all its processes, under the kernel's idle policy.</summary>
    private static string WithWhatIsLeft(string folder)
    {
        var program = Path.Combine(folder, "chromium");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserExecute;
        }

        using var script = new StreamWriter(program, options);
        script.Write($"#!/bin/sh\nexec chrt --idle 0 {Chromium} \"$@\"\n");
        return program;
    }

    private static async Task MinimiseAsync(IPage page)
    {
        var devTools = await page.Context.NewCDPSessionAsync(page);
        await devTools.SendAsync("Emulation.setFocusEmulationEnabled", new Dictionary<string, object> { ["enabled"] = false });
        var window = (await devTools.SendAsync("Browser.getWindowForTarget"))!.Value.GetProperty("windowId").GetInt32();
        await devTools.SendAsync("Browser.setWindowBounds", new Dictionary<string, object> { ["windowId"] = window, ["bounds"] = new Dictionary<string, object> { ["windowState"] = "minimized" } });
    }

    private static async Task<IPage> OpenAsync(IBrowser chromium, string url, string? state)
    {
        var context = await chromium.NewContextAsync(new BrowserNewContextOptions { StorageState = state, ViewportSize = new ViewportSize { Width = 1440, Height = 900 } });
        context.SetDefaultTimeout(90_000);
        var page = await context.NewPageAsync();
        if (state is null)
        {
            await page.GotoAsync(url + "login");
            await page.FillAsync("#userName", ConsoleProcess.Administrator);
            await page.FillAsync("#password", ConsoleProcess.Password);
            await page.ClickAsync("button[type=submit]");
            await page.WaitForURLAsync(url);
        }

        var circuit = page.WaitForWebSocketAsync();
        await page.GotoAsync(url + "sites");
        await circuit;
        await page.WaitForFunctionAsync("document.querySelectorAll('tbody tr').length > 1");
        await page.EvaluateAsync(Watch);
        await Task.Delay(500);
        return page;
    }

    private static async Task<(List<double> Milliseconds, int Next, int Commits, double Busy, double Own, double Browsers)> RunAsync(WebApplication app, List<IPage> pages, int rate, int seconds, int next, int sites)
    {
        foreach (var page in pages)
        {
            await page.EvaluateAsync("() => { window.seen = []; }");
        }

        var committed = new ConcurrentDictionary<int, double>();
        var perCommit = Math.Min(PerCommit, rate);
        var commits = rate * seconds / perCommit;
        var firstEvent = next;
        var before = Machine.Processor();
        var ownBefore = Machine.ProcessorOf(Environment.ProcessId);
        var browsersBefore = Machine.ProcessorOfChildren(Environment.ProcessId);
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < commits; i++)
        {
            var due = TimeSpan.FromSeconds((double)i * perCommit / rate);
            if (due > clock.Elapsed)
            {
                await Task.Delay(due - clock.Elapsed);
            }

            var numbers = Enumerable.Range(next, perCommit).ToList();
            next += perCommit;
            await DatabaseSeed.ChangeAsync(app.Services, numbers.ToDictionary(n => DatabaseSeed.Code(SiteOf(n, sites)), n => $"e{n}"), () =>
            {
                var now = (DateTime.UtcNow - DateTime.UnixEpoch).TotalMilliseconds;
                numbers.ForEach(n => committed[n] = now);
            });
        }

        var browsersAfter = Machine.ProcessorOfChildren(Environment.ProcessId);
        var lasted = clock.Elapsed.TotalSeconds;
        var after = Machine.Processor();
        var own = (Machine.ProcessorOf(Environment.ProcessId) - ownBefore) / lasted;
        if (lasted > seconds * 1.1)
        {
            Console.WriteLine($"  the rate was not reached: {commits * perCommit / lasted:0} events/s instead of {rate}");
        }

        await Task.Delay(3000);
        var text = await pages[0].Locator("tbody").InnerTextAsync();
        var watched = Enumerable.Range(0, sites).Where(s => text.Contains("office " + DatabaseSeed.Code(s), StringComparison.Ordinal)).ToHashSet();
        var times = new List<double>();
        foreach (var page in pages)
        {
            times.AddRange(Delays(await page.EvaluateAsync<double[]>("() => window.seen"), committed, firstEvent, next, sites, watched));
        }

        return (times, next, commits, (after.Busy - before.Busy) / lasted, own, (browsersAfter - browsersBefore) / lasted);
    }

    private static int SiteOf(int number, int sites) => (int)(number * Spread % sites);

    /// <summary>An event is on the screen when its text is, or that of a later event of the same site.</summary>
    private static IEnumerable<double> Delays(double[] seen, ConcurrentDictionary<int, double> committed, int from, int to, int sites, HashSet<int> watched)
    {
        var shown = new Dictionary<int, double>();
        for (var i = 0; i < seen.Length; i += 2)
        {
            shown.TryAdd((int)seen[i], seen[i + 1]);
        }

        var lost = 0;
        foreach (var site in watched)
        {
            var at = double.NaN;
            for (var number = to - 1; number >= from; number--)
            {
                if (SiteOf(number, sites) != site)
                {
                    continue;
                }

                at = shown.TryGetValue(number, out var time) ? time : at;
                if (double.IsNaN(at))
                {
                    lost++;
                }
                else
                {
                    yield return at - committed[number];
                }
            }
        }

        if (lost > 0)
        {
            Console.WriteLine($"  {lost} events never appeared in a browser");
        }
    }
}
