using System.Text;
using System.Text.Unicode;

namespace SmsConsole.SiteServer.Formats;

/// <summary>What a text file may hold at most; checked on the input before anything is copied.</summary>
internal sealed record TextLimits(int Bytes, int LineLength, int Lines);

/// <summary>A decoded text and where its lines lie. Encodes back to exactly the bytes it came from.</summary>
internal sealed class TextSource
{
    private readonly Encoding encoding;
    private readonly List<SourceLine> lines;

    private TextSource(string text, Encoding encoding, List<SourceLine> lines) =>
        (Text, this.encoding, this.lines) = (text, encoding, lines);

    public string Text { get; }

    public int LineCount => lines.Count;

    /// <summary>UTF-8 where the bytes are valid UTF-8, else Latin-1: both give every byte back.</summary>
    public static ParseResult<TextSource> Read(ReadOnlySpan<byte> bytes, TextLimits limits, int code)
    {
        if (bytes.Length > limits.Bytes)
        {
            return new FormatError(code, 0, $"The file has {bytes.Length} bytes; at most {limits.Bytes} are allowed.");
        }

        Encoding encoding = Utf8.IsValid(bytes) ? Encoding.UTF8 : Encoding.Latin1;
        return Split(encoding.GetString(bytes), encoding, limits, code);
    }

    public static ParseResult<TextSource> Read(string text, TextLimits limits, int code) => text.Length > limits.Bytes
        ? new FormatError(code, 0, $"The text has {text.Length} characters; at most {limits.Bytes} bytes are allowed.")
        : Split(text, Encoding.UTF8, limits, code);

    public byte[] ToBytes() => encoding.GetBytes(Text);

    /// <summary>A line without its line end. A byte order mark is not part of the first line.</summary>
    public ReadOnlySpan<char> Line(int index)
    {
        SourceLine line = lines[index];
        ReadOnlySpan<char> text = Text.AsSpan(line.Start, line.Length);
        return index == 0 && text is ['\uFEFF', ..] ? text[1..] : text;
    }

    /// <summary>Whole lines with their line ends, as they stood in the file.</summary>
    public string Verbatim(int firstLine, int lineCount)
    {
        int start = lines[firstLine].Start;
        int next = firstLine + lineCount;
        return Text[start..(next < lines.Count ? lines[next].Start : Text.Length)];
    }

    private static ParseResult<TextSource> Split(string text, Encoding encoding, TextLimits limits, int code)
    {
        List<SourceLine> lines = [];
        int start = 0;
        while (start < text.Length)
        {
            int number = lines.Count + 1;
            if (number > limits.Lines)
            {
                return new FormatError(code, number, $"More than {limits.Lines} lines.");
            }

            int feed = text.IndexOf('\n', start);
            int end = feed < 0 ? text.Length : feed;
            int length = end - start;
            if (length > 0 && feed >= 0 && text[end - 1] == '\r')
            {
                length--;
            }

            if (length > limits.LineLength)
            {
                return new FormatError(code, number, $"A line of {length} characters; at most {limits.LineLength} are allowed.");
            }

            if (UnreadableIn(text.AsSpan(start, length)) is { } reason)
            {
                return new FormatError(code, number, reason);
            }

            lines.Add(new(start, length));
            start = end + 1;
        }

        // A few wide characters can exceed the limit in bytes without exceeding it in characters.
        return encoding.GetByteCount(text) > limits.Bytes
            ? new FormatError(code, 0, $"The text has more than {limits.Bytes} bytes.")
            : new TextSource(text, encoding, lines);
    }

    private static string? UnreadableIn(ReadOnlySpan<char> line)
    {
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            if (c is < ' ' and not '\t' or '\u007F')
            {
                return $"A control character (0x{(int)c:X2}): not a text file.";
            }

            if (!char.IsSurrogate(c))
            {
                continue;
            }

            if (i + 1 == line.Length || !char.IsSurrogatePair(c, line[i + 1]))
            {
                return "Half of a character: the text cannot be encoded.";
            }

            i++;
        }

        return null;
    }

    private readonly record struct SourceLine(int Start, int Length);
}
