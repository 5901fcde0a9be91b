using System.Globalization;

namespace SmsConsole.Bench;

/// <summary>"--name number" pairs, and names that stand alone.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, int> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _flags = new(StringComparer.Ordinal);

    /// <summary>Null, or what is wrong.</summary>
    /// <param name="flags">The names that stand alone, without their dashes.</param>
    public static string? TryRead(string[] args, string[] flags, out Options options)
    {
        options = new Options();
        for (var i = 0; i < args.Length; i += 2)
        {
            if (flags.Contains(args[i].TrimStart('-')))
            {
                options._flags.Add(args[i--].TrimStart('-'));
                continue;
            }

            if (!args[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == args.Length || !int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out var value) || value < 1)
            {
                return $"Not an option with a number: {string.Join(' ', args[i..])}";
            }

            options._values[args[i][2..]] = value;
        }

        return null;
    }

    public int Take(string name, int standard) => _values.GetValueOrDefault(name, standard);

    public bool Has(string flag) => _flags.Contains(flag);
}
