using System.Diagnostics;
using System.Text.Json;
using SmsConsole.TestKit;

namespace SmsConsole.Bench;

/// <summary>Many local sites created at once: until all are Active, and proof that no step took effect twice.</summary>
internal static class ManySites
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(15);
    private static readonly string[] _steps = ["PreinstJobBegin", "PreinstJobEnd", "InstJobBegin", "InstJobEnd", "FirstScJobBegin", "FirstScJobEnd"];

    public static async Task<int> RunAsync(int sites)
    {
        Machine.Print($"many-sites: {sites} local sites created at once");
        await using var console = await ConsoleProcess.StartAsync();
        await console.SignInAsync();
        var codes = Enumerable.Range(0, sites).Select(i => $"B{i:00}").ToList();

        var before = Machine.Processor();
        var consoleBefore = Machine.ProcessorOf(console.ProcessId);
        var clock = Stopwatch.StartNew();
        var answers = await Task.WhenAll(codes.Select(console.CreateLocalSiteAsync));
        foreach (var answer in answers)
        {
            answer.EnsureSuccessStatusCode();
        }

        Console.WriteLine($"  all {sites} creations were answered after {clock.Elapsed.TotalSeconds:0.0} s");
        var active = 0;
        for (var told = 0; active < sites;)
        {
            await Task.Delay(250);
            active = (await console.GetAsync("api/v1/sites?type=Secondary&status=Active&pageSize=1")).GetProperty("total").GetInt32();
            if (active >= told + 10 || active == sites)
            {
                told = active;
                Console.WriteLine($"  {clock.Elapsed.TotalSeconds,6:0.0} s: {active} Active");
            }

            if (clock.Elapsed > _patience)
            {
                throw new TimeoutException($"{active} of {sites} are Active.\n{console.Output}");
            }
        }

        var seconds = clock.Elapsed.TotalSeconds;
        var after = Machine.Processor();
        Console.WriteLine($"  processor: machine {after.Busy - before.Busy:0.0} s busy ({(after.Busy - before.Busy) / seconds:0.00} cores), of it the console {Machine.ProcessorOf(console.ProcessId) - consoleBefore:0.0} s; load {Machine.Load()}");
        Goal.Print($"{sites} sites Active", seconds, 90, " s");
        return await VerifyAsync(console, codes) ? 0 : 1;
    }

    private static async Task<bool> VerifyAsync(ConsoleProcess console, List<string> codes)
    {
        var wrong = new List<string>();
        var unseen = 0;
        var jobs = new List<JsonElement>();
        for (var page = 1; ; page++)
        {
            var some = (await console.GetAsync($"api/v1/jobs?pageSize=500&page={page}")).GetProperty("items").EnumerateArray().ToList();
            jobs.AddRange(some);
            if (some.Count < 500)
            {
                break;
            }
        }

        foreach (var code in codes)
        {
            var states = (await console.GetAsync($"api/v1/sites/{code}/history")).GetProperty("items").EnumerateArray().ToList();
            var steps = states.Select(h => h.GetProperty("toDetailed").GetString()!).Where(s => _steps.Contains(s)).ToList();
            var last = states[^1].GetProperty("toStatus").GetString();
            unseen += _steps.Length - steps.Count;

            // In their order, none twice; the last may be missing where the report came before the end of the job was noted, which the table allows.
            if (!steps.SequenceEqual(_steps) && !steps.SequenceEqual(_steps[..^1]) || states.Count(h => h.GetProperty("toStatus").GetString() == "Active") != 1 || last != "Active")
            {
                wrong.Add($"{code}: history {string.Join(' ', states.Select(h => h.GetProperty("toDetailed").GetString()))}");
            }

            var own = jobs.Where(j => j.GetProperty("destination").GetString() == code).ToList();
            if (own.Select(j => j.GetProperty("type").GetString()).Order().SequenceEqual(["Bootstrap", "SiteControl", "SiteInstall"]) is false
                || own.Any(j => j.GetProperty("status").GetString() != "Complete"))
            {
                wrong.Add($"{code}: jobs {string.Join(", ", own.Select(j => $"{j.GetProperty("type")} {j.GetProperty("status")}"))}");
            }

            var verbs = SiteKill.Find(console.SiteRoot(code)).Select(p => p.Verb).Where(v => v != "bootstrap").Order();
            if (!verbs.SequenceEqual(["run", "supervise"]))
            {
                wrong.Add($"{code}: processes {string.Join(' ', verbs)}");
            }
        }

        var tries = jobs.Count(j => j.GetProperty("attempts").GetInt32() != 1);
        Console.WriteLine($"  {jobs.Count} jobs, {tries} needed more than one try; {unseen} sites reported before the end of their last job was noted");
        Console.WriteLine(wrong.Count == 0
            ? "  every site reached its states in order, each once, by three jobs, each Complete, and runs one site server: ok"
            : "  WRONG:\n    " + string.Join("\n    ", wrong));
        return wrong.Count == 0;
    }
}
