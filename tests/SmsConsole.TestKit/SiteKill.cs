using System.Diagnostics;

namespace SmsConsole.TestKit;

/// <summary>Finds, kills and holds the processes of one site by its root, as a crash, a power cut or a hang would. Linux.</summary>
public static class SiteKill
{
    /// <summary>Process ids of <c>sms-site</c> for that root, with their verbs.</summary>
    public static IReadOnlyList<(int Id, string Verb)> Find(string root)
    {
        var found = new List<(int, string)>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), out var id))
            {
                continue;
            }

            try
            {
                var arguments = File.ReadAllText(Path.Combine(directory, "cmdline")).Split('\0');
                var at = Array.IndexOf(arguments, "--root");
                if (at > 1 && arguments[at + 1] == root)
                {
                    found.Add((id, arguments[at - 1]));
                }
            }
            catch (IOException)
            {
                // Ended while we looked.
            }
        }

        return found;
    }

    /// <summary>kill -9 of every process of the root, again until none is left: they restart each other.</summary>
    public static void All(string root)
    {
        for (var round = 0; round < 50; round++)
        {
            var found = Find(root);
            if (found.Count == 0)
            {
                return;
            }

            foreach (var (id, _) in found)
            {
                Kill(id);
            }
        }
    }

    /// <summary>kill -9 of the processes of a root that run one verb; how many there were.</summary>
    public static int Verb(string root, string verb)
    {
        var found = Find(root).Where(p => p.Verb == verb).ToList();
        found.ForEach(p => Kill(p.Id));
        return found.Count;
    }

    /// <summary>kill -9 of one process of a root, whichever; 0 when there is none.</summary>
    public static int One(string root, Random random)
    {
        var found = Find(root);
        if (found.Count == 0)
        {
            return 0;
        }

        Kill(found[random.Next(found.Count)].Id);
        return 1;
    }

    /// <summary>Every process of the root stands still, as on a machine that hangs; how many there were.</summary>
    public static int Pause(string root) => Signal(root, "-STOP");

    /// <summary>What was paused goes on.</summary>
    public static int Resume(string root) => Signal(root, "-CONT");

    private static int Signal(string root, string signal)
    {
        var found = Find(root);
        foreach (var (id, _) in found)
        {
            using var kill = Process.Start("kill", [signal, id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            kill.WaitForExit();
        }

        return found.Count;
    }

    private static void Kill(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
        }
        catch (ArgumentException)
        {
            // Gone already.
        }
    }
}
