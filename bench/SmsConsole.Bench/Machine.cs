using System.Globalization;

namespace SmsConsole.Bench;

/// <summary>What the machine was doing while we measured. Linux.</summary>
internal static class Machine
{
    public static void Print(string title) =>
        Console.WriteLine($"\n{title}\n{DateTime.UtcNow:yyyy-MM-dd HH:mm}Z, {Environment.ProcessorCount} cores, .NET {Environment.Version}, load {Load()}");

    /// <summary>One, five and fifteen minutes.</summary>
    public static string Load() => string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]);

    /// <summary>Seconds of processor time the whole machine has spent working, and idle, since it started.</summary>
    public static (double Busy, double Idle) Processor()
    {
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..].Select(f => double.Parse(f, CultureInfo.InvariantCulture) / 100).ToArray();
        var idle = fields[3] + fields[4];
        return (fields[..8].Sum() - idle, idle);
    }

    /// <summary>Seconds of processor time of one process.</summary>
    public static double ProcessorOf(int processId)
    {
        var stat = File.ReadAllText($"/proc/{processId}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / 100;
    }

    /// <summary>Megabytes of one process: resident, proportional (shared pages divided among those that share them), and of its own.</summary>
    public static (double Rss, double Pss, double Private) MemoryOf(int processId)
    {
        var lines = File.ReadAllLines($"/proc/{processId}/smaps_rollup");
        double Of(string name) => double.Parse(lines.First(l => l.StartsWith(name + ":", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
        return (Of("Rss"), Of("Pss"), Of("Private_Clean") + Of("Private_Dirty"));
    }

    /// <summary>Seconds of processor time of the processes that a process has started, and that those have started.</summary>
    public static double ProcessorOfChildren(int processId)
    {
        var children = new List<(int Id, int Parent)>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), out var id) && Stat(id) is { } stat)
            {
                children.Add((id, int.Parse(stat[1], CultureInfo.InvariantCulture)));
            }
        }

        var family = new HashSet<int> { processId };
        while (children.Any(c => family.Contains(c.Parent) && family.Add(c.Id)))
        {
        }

        return family.Where(id => id != processId).Select(id => Stat(id)).OfType<string[]>()
            .Sum(f => (double.Parse(f[11], CultureInfo.InvariantCulture) + double.Parse(f[12], CultureInfo.InvariantCulture)) / 100);
    }

    private static string[]? Stat(int processId)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null; // ended meanwhile
        }
    }
}
