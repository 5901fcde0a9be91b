using System.Text;

namespace SmsConsole.SiteServer.Spool;

/// <summary>A piece of a trace log.</summary>
/// <param name="NextOffset">Where the next read goes on, in bytes.</param>
public sealed record LogPiece(IReadOnlyList<string> Lines, long NextOffset)
{
    /// <summary>Of a log that is not there, or is empty.</summary>
    public static readonly LogPiece Nothing = new([], 0);
}

/// <summary>Reads trace logs while they are written: whole lines, a piece at a time.</summary>
public static class TraceLogReader
{
    /// <summary>Most that is read at once, in bytes.</summary>
    public const int MaximumPiece = 64 << 10;

    /// <param name="offset">In bytes; negative: that many before the end, from the next whole line on. Beyond the end: the log was begun anew, and is read from its beginning.</param>
    public static LogPiece Read(IDisk disk, string file, long offset)
    {
        var length = disk.Length(file);
        if (length <= 0)
        {
            return LogPiece.Nothing;
        }

        var start = offset < 0 ? Math.Max(0, length + offset) : offset > length ? 0 : offset;
        var buffer = new byte[(int)Math.Min(MaximumPiece, length - start)];
        int read;
        try
        {
            using var stream = disk.OpenRead(file);
            stream.Seek(start, SeekOrigin.Begin);
            read = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        }
        catch (FileNotFoundException)
        {
            return LogPiece.Nothing; // full since it was measured, and put aside; the next one is not begun yet
        }

        var piece = buffer.AsSpan(0, read);
        var first = offset < 0 && start > 0 ? piece.IndexOf((byte)'\n') + 1 : 0;
        var end = piece.LastIndexOf((byte)'\n') + 1;
        if (end <= first)
        {
            // A line longer than a piece is shown in parts; half a line at the end waits for its rest.
            end = read == MaximumPiece ? read : first;
        }

        return new LogPiece(Encoding.UTF8.GetString(piece[first..end]).Split('\n', StringSplitOptions.RemoveEmptyEntries), start + end);
    }
}
