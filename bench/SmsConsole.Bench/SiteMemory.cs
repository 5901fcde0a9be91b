using SmsConsole.TestKit;

namespace SmsConsole.Bench;

/// <summary>Memory of a site server's process tree at rest, beside an empty web host of the same run (P14).</summary>
internal static class SiteMemory
{
    public static async Task<int> RunAsync(int runs)
    {
        Machine.Print("site-memory: a site server at rest beside an empty web host");
        await using var console = await ConsoleProcess.StartAsync();
        await console.SignInAsync();
        (await console.CreateLocalSiteAsync("M01")).EnsureSuccessStatusCode();
        await console.UntilStatusAsync("M01", "Active", TimeSpan.FromMinutes(2));
        console.Kill();
        var table = new Table("run", "process", "RSS MB", "PSS MB", "private MB");
        var rss = new List<double>();
        var pss = new List<double>();
        var own = new List<double>();
        for (var run = 1; run <= runs; run++)
        {
            await using var host = await HostProcess.StartEmptyAsync();
            await Task.Delay(TimeSpan.FromSeconds(15));
            var empty = Machine.MemoryOf(host.Id);
            table.Add(run, "empty web host", empty.Rss, empty.Pss, empty.Private);
            var tree = (Rss: 0.0, Pss: 0.0, Private: 0.0);
            foreach (var (id, verb) in SiteKill.Find(console.SiteRoot("M01")))
            {
                var memory = Machine.MemoryOf(id);
                table.Add(run, "sms-site " + verb, memory.Rss, memory.Pss, memory.Private);
                tree = (tree.Rss + memory.Rss, tree.Pss + memory.Pss, tree.Private + memory.Private);
            }

            table.Add(run, "site server, sum", tree.Rss, tree.Pss, tree.Private);
            rss.Add(tree.Rss / empty.Rss);
            pss.Add(tree.Pss / empty.Pss);
            own.Add(tree.Private / empty.Private);
        }

        table.Print();
        Console.WriteLine("  RSS counts a page that both processes share twice; PSS counts it once.");
        Goal.Print("PSS of the tree beside the empty host", new Samples(pss).Median, 0.75, "x");
        Goal.Print("RSS of the tree beside the empty host", new Samples(rss).Median, 0.75, "x");
        Goal.Print("private memory of the tree beside the empty host", new Samples(own).Median, 0.75, "x");
        return 0;
    }
}
