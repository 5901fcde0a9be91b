using System.Globalization;

namespace SmsConsole.Bench;

/// <summary>"--name number" pairs.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, int> _values = new(StringComparer.Ordinal);

    /// <summary>Null, or what is wrong.</summary>
    public static string? TryRead(string[] args, out Options options)
    {
        options = new Options();
        for (var i = 0; i < args.Length; i += 2)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == args.Length || !int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out var value) || value < 1)
            {
                return $"Not an option with a number: {string.Join(' ', args[i..])}";
            }

            options._values[args[i][2..]] = value;
        }

        return null;
    }

    public int Take(string name, int standard) => _values.GetValueOrDefault(name, standard);
}
