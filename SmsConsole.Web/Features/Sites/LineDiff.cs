namespace SmsConsole.Web.Features.Sites;

internal enum DiffKind
{
    Same,
    Removed,
    Added,
}

internal sealed record DiffLine(DiffKind Kind, string Text);

/// <summary>Lines of two texts by their longest common subsequence.</summary>
internal static class LineDiff
{
    /// <summary>Cells of the table a comparison may take; beyond it everything between equal ends counts as replaced.</summary>
    private const long LargestTable = 4_000_000;

    /// <summary>
    /// Desired against actual site control file: only what is configured counts. The file's own header (kind, sender, time) and the
    /// reported states of services always differ and are no deviation.
    /// </summary>
    public static IReadOnlyList<DiffLine> OfControlFiles(string desired, string actual) => Of(Configured(desired), Configured(actual));

    private static string Configured(string text)
    {
        var kept = new List<string>();
        var inHeader = false;
        foreach (var line in Lines(text))
        {
            inHeader |= line.StartsWith("BEGIN_FILE_DEFINITION", StringComparison.Ordinal);
            if (!inHeader && !line.StartsWith("PROPERTY <Service State ", StringComparison.Ordinal))
            {
                kept.Add(line);
            }

            inHeader &= !line.StartsWith("END_FILE_DEFINITION", StringComparison.Ordinal);
        }

        return string.Join('\n', kept);
    }

    public static IReadOnlyList<DiffLine> Of(string before, string after)
    {
        var (a, b) = (Lines(before), Lines(after));
        var head = 0;
        while (head < a.Length && head < b.Length && a[head] == b[head])
        {
            head++;
        }

        var tail = 0;
        while (tail < a.Length - head && tail < b.Length - head && a[^(tail + 1)] == b[^(tail + 1)])
        {
            tail++;
        }

        List<DiffLine> lines = [.. a[..head].Select(Same)];
        lines.AddRange(Middle(a[head..(a.Length - tail)], b[head..(b.Length - tail)]));
        lines.AddRange(a[(a.Length - tail)..].Select(Same));
        return lines;
    }

    private static string[] Lines(string text) => text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');

    private static DiffLine Same(string text) => new(DiffKind.Same, text);

    private static IEnumerable<DiffLine> Middle(string[] a, string[] b)
    {
        if ((long)a.Length * b.Length > LargestTable)
        {
            return a.Select(t => new DiffLine(DiffKind.Removed, t)).Concat(b.Select(t => new DiffLine(DiffKind.Added, t)));
        }

        var common = new int[a.Length + 1, b.Length + 1];
        for (var i = a.Length - 1; i >= 0; i--)
        {
            for (var j = b.Length - 1; j >= 0; j--)
            {
                common[i, j] = a[i] == b[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        var lines = new List<DiffLine>();
        for (int i = 0, j = 0; i < a.Length || j < b.Length;)
        {
            if (i < a.Length && j < b.Length && a[i] == b[j])
            {
                lines.Add(Same(a[i++]));
                j++;
            }
            else if (j >= b.Length || (i < a.Length && common[i + 1, j] >= common[i, j + 1]))
            {
                lines.Add(new DiffLine(DiffKind.Removed, a[i++]));
            }
            else
            {
                lines.Add(new DiffLine(DiffKind.Added, b[j++]));
            }
        }

        return lines;
    }
}
