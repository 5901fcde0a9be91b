using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SmsConsole.Data;
using SmsConsole.Data.Queries;
using SmsConsole.TestKit;

namespace SmsConsole.Bench;

/// <summary>Lists and pages on a full database (P12, P13), and the console's cold start on it.</summary>
internal static class SitesList
{
    private const int Few = 10_000;
    private const int Repeats = 500;
    private const int WarmUp = 100;

    /// <summary>Measured like a list, but no list: eleven questions in one.</summary>
    private const string Home = "home";

    public static async Task<int> RunAsync(int sites, int messages)
    {
        Machine.Print($"sites-list: {sites} sites, {messages} status messages");
        await using var console = await ConsoleProcess.StartAsync(settings: new() { ["Engine:Enabled"] = "false" });
        console.Kill();
        var file = Path.Combine(console.DataDirectory, "SiteControl.db");
        var services = new ServiceCollection();
        services.AddLogging(log => log.SetMinimumLevel(LogLevel.Warning)).AddSmsData(new SmsDataOptions { ConnectionString = $"Data Source={file}" });
        await using var provider = services.BuildServiceProvider();
        await DatabaseSeed.SitesAsync(provider, sites);

        // Growth: the same questions on a hundredth of the messages first.
        var few = Math.Min(Few, messages / 10);
        await DatabaseSeed.MessagesAsync(provider, few, sites);
        var rawFew = RawPage(file, "SELECT * FROM StatusMessages WHERE Id < $after ORDER BY Id DESC LIMIT 50", few / 2);
        var before = await AskAsync(rawFew, StatusQuestions(provider, few));
        var seeding = Stopwatch.StartNew();
        await DatabaseSeed.MessagesAsync(provider, messages, sites);
        Console.WriteLine($"  seeded in {seeding.Elapsed.TotalSeconds:0} s, {new FileInfo(file).Length >> 20} MB");

        await QueriesAsync(provider, file, sites, messages, before, (double)messages / few);
        await PagesAsync(console);
        await ColdStartAsync(console);
        return 0;
    }

    private static async Task QueriesAsync(ServiceProvider provider, string file, int sites, int messages, Dictionary<string, (Samples Asked, Samples Raw)> before, double growth)
    {
        var questions = provider.GetRequiredService<ISiteQueries>();
        var rawSites = RawPage(file, "SELECT * FROM Sites WHERE Code > $after ORDER BY Code LIMIT 50", DatabaseSeed.Code(sites / 2));
        var rawMessages = RawPage(file, "SELECT * FROM StatusMessages WHERE Id < $after ORDER BY Id DESC LIMIT 50", messages / 2);
        var found = await AskAsync(rawSites, new()
        {
            ["sites, by code"] = t => questions.ListAsync(new SiteListQuery(), t),
            ["sites, the page's order"] = t => questions.ListAsync(new SiteListQuery(Sort: "type"), t),
            ["sites, a middle page"] = t => questions.ListAsync(new SiteListQuery(Page: sites / 100), t),
            ["sites, by last report"] = t => questions.ListAsync(new SiteListQuery(Sort: "-lastReportAt"), t),
            ["sites, by status"] = t => questions.ListAsync(new SiteListQuery(Sort: "status"), t),
            ["sites, failed only"] = t => questions.ListAsync(new SiteListQuery(Status: SiteStatus.Failed), t),
            ["sites, search"] = t => questions.ListAsync(new SiteListQuery(Search: "office B1"), t),
            [Home] = t => questions.HomeAsync(t),
        });
        var status = await AskAsync(rawMessages, StatusQuestions(provider, messages));

        var table = new Table("query", "p50 ms", "p95 ms", "raw p50", "raw p95", "x raw", "exponent");
        var worst = (Time: 0.0, Ratio: 0.0, Exponent: 0.0);
        foreach (var (name, asked) in found.Concat(status))
        {
            var ratio = asked.Asked.At(0.95) / asked.Raw.At(0.95);
            var exponent = before.TryGetValue(name, out var small) ? Math.Log(asked.Asked.Median / small.Asked.Median) / Math.Log(growth) : double.NaN;
            table.Add(name, asked.Asked.Median, asked.Asked.At(0.95), asked.Raw.Median, asked.Raw.At(0.95), ratio, double.IsNaN(exponent) ? "" : exponent);
            if (name != Home)
            {
                worst = (Math.Max(worst.Time, asked.Asked.At(0.95)), Math.Max(worst.Ratio, ratio), double.IsNaN(exponent) ? worst.Exponent : Math.Max(worst.Exponent, exponent));
            }
        }

        table.Print();
        Console.WriteLine($"  raw: a keyset page of the same table by SQLite alone, asked in turn with the query; load {Machine.Load()}");
        var (list, raw) = found["sites, by code"];
        Goal.Print("GET /sites, query p95", list.At(0.95), 5, " ms");
        Goal.Print("GET /sites, query p95 beside the raw page", list.At(0.95) / raw.At(0.95), 10, "x");
        Goal.Print("slowest list p95", worst.Time, 5, " ms");
        Goal.Print("slowest list beside the raw page, p95", worst.Ratio, 10, "x");
        Goal.Print("growth exponent of the status list", worst.Exponent, 0.1);
    }

    private static Dictionary<string, Func<CancellationToken, Task>> StatusQuestions(ServiceProvider provider, int messages)
    {
        var questions = provider.GetRequiredService<IStatusQueries>();
        return new()
        {
            ["status, newest"] = t => questions.ListAsync(new StatusListQuery(), t),
            ["status, from the middle"] = t => questions.ListAsync(new StatusListQuery(Before: messages / 2), t),
            ["status, warnings and errors"] = t => questions.ListAsync(new StatusListQuery(AtLeast: Severity.Warning), t),
            ["status, of one component"] = t => questions.ListAsync(new StatusListQuery(Component: "SMS_COMPONENT_5"), t),
        };
    }

    /// <summary>Each question in turn with the raw page, so that both meet the same machine.</summary>
    private static async Task<Dictionary<string, (Samples Asked, Samples Raw)>> AskAsync(Func<CancellationToken, Task> raw, Dictionary<string, Func<CancellationToken, Task>> questions)
    {
        var found = new Dictionary<string, (Samples, Samples)>(StringComparer.Ordinal);
        foreach (var (name, ask) in questions)
        {
            var (asked, beside) = (new List<double>(Repeats), new List<double>(Repeats));
            for (var i = -WarmUp; i < Repeats; i++)
            {
                var (one, other) = (await TimeAsync(ask), await TimeAsync(raw));
                if (i >= 0)
                {
                    asked.Add(one);
                    beside.Add(other);
                }
            }

            found[name] = (new Samples(asked), new Samples(beside));
        }

        return found;
    }

    private static Func<CancellationToken, Task> RawPage(string file, string sql, object after) => async token =>
    {
        await using var connection = new SqliteConnection($"Data Source={file}");
        await connection.OpenAsync(token);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$after", after);
        await using var reader = await command.ExecuteReaderAsync(token);
        var values = new object[reader.FieldCount];
        while (await reader.ReadAsync(token))
        {
            reader.GetValues(values);
        }
    };

    private static async Task<double> TimeAsync(Func<CancellationToken, Task> ask)
    {
        var started = Stopwatch.GetTimestamp();
        await ask(CancellationToken.None);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static async Task<Samples> MeasureAsync(Func<CancellationToken, Task> ask)
    {
        var times = new List<double>(Repeats);
        for (var i = -WarmUp; i < Repeats; i++)
        {
            var time = await TimeAsync(ask);
            if (i >= 0)
            {
                times.Add(time);
            }
        }

        return new Samples(times);
    }

    private static async Task PagesAsync(ConsoleProcess console)
    {
        await console.StartAgainAsync();
        using var browser = await Visitor.SignInAsync(console.Url);
        var table = new Table("request -> rendered", "p50 ms", "p95 ms", "kB");
        var worst = 0.0;
        foreach (var path in (string[])["", "sites", "sites?page=50", "status", "jobs", "api/v1/sites"])
        {
            var size = 0L;
            var samples = await MeasureAsync(async token =>
            {
                using var answer = await browser.GetAsync(path, token);
                var body = await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(token);
                size = body.Length;
            });
            table.Add("/" + path, samples.Median, samples.At(0.95), size / 1024);
            worst = Math.Max(worst, samples.At(0.95));
        }

        table.Print();
        Console.WriteLine($"  load {Machine.Load()}");
        Goal.Print("slowest page p95", worst, 150, " ms");
        console.Kill();
    }

    private static async Task ColdStartAsync(ConsoleProcess console)
    {
        var empty = new List<double>();
        var built = new List<double>();
        var published = new List<double>();
        var publishedConsole = Path.Combine(Path.GetDirectoryName(ConsoleProcess.Program)!, "linux-x64", "publish", "SmsConsole.Web.dll");
        for (var run = 0; run < 7; run++)
        {
            await using (var host = await HostProcess.StartEmptyAsync())
            {
                empty.Add(host.Seconds);
            }

            built.Add(await StartAsync(console, ConsoleProcess.Program));
            if (File.Exists(publishedConsole))
            {
                published.Add(await StartAsync(console, publishedConsole));
            }
        }

        var table = new Table("cold start, first answer", "median s", "min", "max", "x empty");
        var anchor = new Samples(empty);
        table.Add("empty Razor host", anchor.Median, anchor.Min, anchor.Max, 1.0);
        foreach (var (name, times) in new[] { ("console, as built", built), ("console, as published", published) }.Where(t => t.Item2.Count > 0))
        {
            var samples = new Samples(times);
            table.Add(name, samples.Median, samples.Min, samples.Max, samples.Median / anchor.Median);
        }

        table.Print();
        Console.WriteLine($"  load {Machine.Load()}{(published.Count == 0 ? $"; no published console at {publishedConsole}" : "")}");
        Goal.Print("cold start beside the empty host", new Samples(published.Count > 0 ? published : built).Median / anchor.Median, 3, "x");
    }

    private static async Task<double> StartAsync(ConsoleProcess console, string program)
    {
        var url = HostProcess.FreeUrl();
        await using var host = await HostProcess.StartAsync(url, "health/ready", [program], new()
        {
            ["Urls"] = url.TrimEnd('/'),
            ["DataDirectory"] = console.DataDirectory,
            ["Engine__Enabled"] = "false",
            ["Logging__LogLevel__Default"] = "Warning",
        });
        return host.Seconds;
    }
}
