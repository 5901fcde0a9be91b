using System.Globalization;

namespace SmsConsole.Web.Components.Shared;

/// <summary>How a moment is worded.</summary>
public enum TimeMode
{
    /// <summary>"3 min ago", "in 40 s"; the moment itself on hover.</summary>
    Relative,

    /// <summary>Date and time.</summary>
    Absolute,

    /// <summary>Time of day, for "as of".</summary>
    Clock,

    /// <summary>Time of day, with the weekday or the date where the time alone does not tell: "until 22:00", "until Mon 22:00".</summary>
    Moment,

    /// <summary>How long since, counting, with the words around it: ", for 1 min 20 s"; nothing during the first seconds.</summary>
    Elapsed,
}

/// <summary>Numbers as people read them.</summary>
internal static class Formats
{
    private static readonly string[] Units = ["B", "KB", "MB", "GB", "TB"];

    public static string Bytes(long bytes)
    {
        var value = (double)bytes;
        var unit = 0;
        while (value >= 1000 && unit < Units.Length - 1)
        {
            value /= 1000;
            unit++;
        }

        return value.ToString(unit == 0 || value >= 100 ? "0" : "0.0", CultureInfo.InvariantCulture) + " " + Units[unit];
    }

    /// <summary>How much of how much; once all has arrived, how much that was.</summary>
    public static string Sent(long sent, long total, bool all) => all ? Bytes(total) : Texts.SoMuchOf.With(Bytes(sent), Bytes(total));

    public static string Duration(TimeSpan span)
    {
        span = span < TimeSpan.Zero ? TimeSpan.Zero : span;
        return span switch
        {
            { TotalSeconds: < 1 } => Texts.UnderOneSecond,
            { TotalMinutes: < 1 } => Texts.Seconds.With(span.Seconds),
            { TotalHours: < 1 } => Texts.MinutesAndSeconds.With(span.Minutes, span.Seconds),
            { TotalDays: < 1 } => Texts.HoursAndMinutes.With(span.Hours, span.Minutes),
            _ => Texts.DaysAndHours.With((int)span.TotalDays, span.Hours),
        };
    }

    /// <summary>A length of time that is only a guess: no seconds beside minutes.</summary>
    public static string Estimate(TimeSpan span) =>
        span.TotalMinutes is > 1 and < 60 ? Texts.Minutes.With(Math.Ceiling(span.TotalMinutes)) : Duration(span);

    /// <summary>"12,345".</summary>
    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>"S01, S02 and S03"; of many the first ones: "S01, S02, S03 and 9 more".</summary>
    public static string Listed(IReadOnlyList<string> names, int atMost)
    {
        var (first, last) = names.Count > atMost ? (names.Take(atMost), Texts.More.With(names.Count - atMost)) : (names.SkipLast(1), names[^1]);
        return names.Count == 1 ? last : Texts.And.With(string.Join(", ", first), last);
    }

    /// <summary>0 to 100; 0 while the total is not known.</summary>
    public static int Percent(long part, long total) => total <= 0 ? 0 : (int)Math.Clamp(part * 100 / total, 0, 100);

    /// <summary>What is left at the pace so far, or null while that says nothing.</summary>
    public static TimeSpan? Remaining(long sent, long total, DateTimeOffset? startedAt, DateTimeOffset now)
    {
        if (startedAt is not { } started || sent <= 0 || total <= sent || now - started < TimeSpan.FromSeconds(1))
        {
            return null;
        }

        return (now - started) * ((double)(total - sent) / sent);
    }
}
