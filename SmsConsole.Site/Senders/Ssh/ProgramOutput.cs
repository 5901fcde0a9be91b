using System.Text;

namespace SmsConsole.SiteServer;

/// <summary>What a program prints that runs at somebody else's host: read to a limit, which is judged before memory is taken.</summary>
internal static class ProgramOutput
{
    /// <summary>Longest answer of a script, in bytes.</summary>
    public const int MaximumAnswer = 64 << 10;

    /// <summary>How much of its errors is kept, in characters: the end, where the reason is.</summary>
    public const int KeptErrors = 8 << 10;

    /// <summary>All it prints, or null when that is more than <paramref name="limit"/> bytes; the rest is not read then.</summary>
    public static async Task<string?> ReadAsync(Stream output, int limit, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        var buffer = new byte[4096];
        while (await output.ReadAsync(buffer, cancellationToken) is var read and > 0)
        {
            if (content.Length + read > limit)
            {
                return null;
            }

            await content.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        return Encoding.UTF8.GetString(content.GetBuffer(), 0, (int)content.Length);
    }

    /// <summary>Reads to the end, so that nobody waits for room in the pipe, and keeps the last <paramref name="keep"/> characters.</summary>
    public static async Task<string> ReadEndAsync(StreamReader output, int keep, CancellationToken cancellationToken)
    {
        var kept = new StringBuilder();
        var buffer = new char[1024];
        while (await output.ReadAsync(buffer, cancellationToken) is var read and > 0)
        {
            kept.Append(buffer, 0, read);
            if (kept.Length > keep)
            {
                kept.Remove(0, kept.Length - keep);
            }
        }

        return kept.ToString();
    }

    /// <summary>Null when there is nothing.</summary>
    public static string? FirstLine(string text) => text.Trim().Split('\n')[0].Trim() is { Length: > 0 } line ? line : null;
}
