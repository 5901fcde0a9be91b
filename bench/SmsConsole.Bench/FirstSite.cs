using System.Diagnostics;
using System.Text.Json;
using SmsConsole.TestKit;

namespace SmsConsole.Bench;

/// <summary>One local site after the other with a warm console: from the request that confirms the creation to status Active.</summary>
internal static class FirstSite
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(120);

    public static async Task<int> RunAsync(int runs)
    {
        Machine.Print("first-site: one local site, confirm -> Active");
        await using var console = await ConsoleProcess.StartAsync();
        await console.SignInAsync();
        (await console.CreateLocalSiteAsync("W00")).EnsureSuccessStatusCode();
        await console.UntilStatusAsync("W00", "Active", _patience);
        await Task.Delay(3000); // the warm-up site's own start is no part of the figure

        var table = new Table("run", "answered s", "confirm -> Active s", "before phase 1", "phase 1", "phase 2", "phase 3", "phase 4", "busy cores", "load");
        var totals = new List<double>();
        for (var run = 1; run <= runs; run++)
        {
            var code = $"F{run:00}";
            var before = Machine.Processor();
            var clock = Stopwatch.StartNew();
            using var answer = await console.CreateLocalSiteAsync(code);
            answer.EnsureSuccessStatusCode();
            var answered = clock.Elapsed.TotalSeconds;
            while (await console.StatusAsync(code) != "Active")
            {
                if (clock.Elapsed > _patience)
                {
                    throw new TimeoutException($"{code} is not Active: {await console.GetAsync("api/v1/sites/" + code)}\n{console.Output}");
                }

                await Task.Delay(10);
            }

            var total = clock.Elapsed.TotalSeconds;
            totals.Add(total);
            var after = Machine.Processor();
            var site = await console.GetAsync("api/v1/sites/" + code);
            var phases = site.GetProperty("phases").EnumerateArray().ToList();
            var begun = phases[0].GetProperty("startedAt").GetDateTimeOffset() - site.GetProperty("createdAt").GetDateTimeOffset();
            table.Add([run, answered, total, begun.TotalSeconds, .. phases.Select(p => (object)Duration(p)), (after.Busy - before.Busy) / total, Machine.Load()]);
            await Task.Delay(1500);
        }

        table.Print();
        var samples = new Samples(totals);
        Console.WriteLine($"  median {samples.Median:0.00} s, min {samples.Min:0.00} s, max {samples.Max:0.00} s of {runs} runs");
        Goal.Print("median confirm -> Active", samples.Median, 3, " s");
        return 0;
    }

    private static double Duration(JsonElement phase) =>
        (phase.GetProperty("endedAt").GetDateTimeOffset() - phase.GetProperty("startedAt").GetDateTimeOffset()).TotalSeconds;
}
