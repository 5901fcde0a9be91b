using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace SmsConsole.SiteServer.Formats;

/// <summary>What an entry of a site control file is.</summary>
public enum SiteControlEntryKind
{
    /// <summary>Blank lines and comments (lines that begin with a semicolon).</summary>
    Trivia,

    /// <summary>The first line.</summary>
    Header,

    /// <summary>A section or statement of the documented syntax.</summary>
    Known,

    /// <summary>One of a later version.</summary>
    Foreign,
}

/// <summary>The raw values of a line inside a section, with its keyword if it has one, or of a whole statement.</summary>
internal readonly record struct SiteControlItem(string Keyword, List<string> Values, int Line);

/// <summary>An entry as found: lines are counted from 0, values are not decoded.</summary>
internal sealed record ScannedEntry(SiteControlEntryKind Kind, string Name, int FirstLine, int LineCount, List<SiteControlItem> Items);

/// <summary>
/// Cuts a site control file into entries without judging what they say. Values may stand on lines after their
/// keyword, with blank lines between, as they do in the published sample (Resource Kit, S3D65).
/// </summary>
internal sealed class SiteControlScanner(TextSource source, int firstLine)
{
    private const StringComparison Loose = StringComparison.OrdinalIgnoreCase;

    private static readonly HashSet<string> KnownSections = new(StringComparer.OrdinalIgnoreCase)
    {
        "FILE_DEFINITION", "SITE_ACCOUNT", "PROPERTY_LIST", "DOMAIN", "COMPONENT", "SENDER",
    };

    private static readonly HashSet<string> KnownStatements = new(StringComparer.OrdinalIgnoreCase)
    {
        "TRANSACTION", "PROPERTY", "ADDRESS", "OUTBOX", "SERVER",
    };

    private int next = firstLine;

    /// <summary>Set when <see cref="TryRead"/> stopped before the end: where, why, and inside what.</summary>
    public (int Line, string Message, string Inside)? Failure { get; private set; }

    /// <summary>False at the end and at the first fault.</summary>
    public bool TryRead([NotNullWhen(true)] out ScannedEntry? entry)
    {
        entry = null;
        if (next >= source.LineCount)
        {
            return false;
        }

        int first = next;
        if (IsTrivia(first))
        {
            while (next < source.LineCount && IsTrivia(next))
            {
                next++;
            }

            entry = new(SiteControlEntryKind.Trivia, "", first, next - first, []);
            return true;
        }

        string keyword = Keyword(first, out string rest);
        if (keyword.Length == 0 || keyword.StartsWith("END_", Loose))
        {
            return Fail(first, "Neither a section nor a statement begins here.", "");
        }

        entry = keyword.StartsWith("BEGIN_", Loose)
            ? Section(first, keyword["BEGIN_".Length..].ToUpperInvariant(), rest)
            : Statement(first, keyword.ToUpperInvariant(), rest);
        return entry is not null;
    }

    private ScannedEntry? Section(int first, string name, string rest)
    {
        if (rest.Length > 0 || KnownStatements.Contains(name))
        {
            Fail(first, rest.Length > 0 ? $"Text after BEGIN_{name}." : $"{name} is not a section.", name);
            return null;
        }

        return KnownSections.Contains(name) ? KnownSection(first, name) : ForeignSection(first, name);
    }

    private ScannedEntry? KnownSection(int first, string name)
    {
        List<SiteControlItem> items = [];
        for (next = first + 1; next < source.LineCount; next++)
        {
            if (IsTrivia(next))
            {
                continue;
            }

            string keyword = Keyword(next, out string rest).ToUpperInvariant();
            if (keyword == "END_" + name && rest.Length == 0)
            {
                next++;
                return new(SiteControlEntryKind.Known, name, first, next - first, items);
            }

            if (keyword.StartsWith("BEGIN_", StringComparison.Ordinal) || keyword.StartsWith("END_", StringComparison.Ordinal))
            {
                Fail(next, $"{keyword} inside {name}.", name);
                return null;
            }

            List<string> values = [];
            StringBuilder? open = null;
            if (!Values(rest, next, name, values, ref open, mayWrap: false))
            {
                return null;
            }

            items.Add(new(keyword, values, next));
        }

        Fail(first, $"BEGIN_{name} without END_{name}.", name);
        return null;
    }

    private ScannedEntry? ForeignSection(int first, string name)
    {
        int depth = 1;
        for (next = first + 1; next < source.LineCount; next++)
        {
            ReadOnlySpan<char> line = source.Line(next).Trim();
            if (line.Equals("BEGIN_" + name, Loose))
            {
                depth++;
            }
            else if (line.Equals("END_" + name, Loose) && --depth == 0)
            {
                next++;
                return new(SiteControlEntryKind.Foreign, name, first, next - first, []);
            }
        }

        Fail(first, $"BEGIN_{name} without END_{name}.", name);
        return null;
    }

    private ScannedEntry? Statement(int first, string name, string rest)
    {
        if (KnownSections.Contains(name))
        {
            Fail(first, $"{name} without BEGIN_.", name);
            return null;
        }

        bool known = KnownStatements.Contains(name);
        List<string> values = [];
        StringBuilder? open = null;

        // The published example writes the type of a transaction without brackets; its syntax line has them.
        if (name == "TRANSACTION" && rest is [not '<', ..])
        {
            int bracket = rest.IndexOf('<', StringComparison.Ordinal);
            values.Add((bracket < 0 ? rest : rest[..bracket]).Trim());
            rest = bracket < 0 ? "" : rest[bracket..];
        }

        if (!Values(rest, first, name, values, ref open, mayWrap: name == "OUTBOX"))
        {
            return null;
        }

        next = first + 1;
        while ((open is not null ? next : NextLineOf('<')) is { } line)
        {
            if (line >= source.LineCount)
            {
                Fail(first, "A value is not closed.", name);
                return null;
            }

            next = line + 1;
            if (!Values(source.Line(line).Trim(), line, name, values, ref open, mayWrap: name == "OUTBOX"))
            {
                return null;
            }
        }

        List<SiteControlItem> items = [new("", values, first)];
        if (name == "ADDRESS" && !AddressData(first, items))
        {
            return null;
        }

        return new(known ? SiteControlEntryKind.Known : SiteControlEntryKind.Foreign, name, first, next - first, items);
    }

    /// <summary>The counted text behind an ADDRESS; the published sample breaks it over lines, up to its last bracket.</summary>
    private bool AddressData(int first, List<SiteControlItem> items)
    {
        int line = NextLineOf('#') ?? -1;
        if (line < 0)
        {
            return Fail(first, "An ADDRESS without its #count(data).", "ADDRESS");
        }

        StringBuilder data = new();
        for (next = line; next < source.LineCount; next++)
        {
            ReadOnlySpan<char> text = next == line ? source.Line(next).TrimStart() : source.Line(next);
            data.Append(text);
            if (text.TrimEnd() is [.., ')'])
            {
                next++;
                items.Add(new("#", [data.ToString().TrimEnd()], line));
                return true;
            }
        }

        return Fail(line, "The data of an ADDRESS has no closing bracket.", "ADDRESS");
    }

    /// <summary>The next line that is not blank, if it begins with this character.</summary>
    private int? NextLineOf(char start)
    {
        int line = next;
        while (line < source.LineCount && source.Line(line).IsWhiteSpace())
        {
            line++;
        }

        return line < source.LineCount && source.Line(line).TrimStart()[0] == start ? line : null;
    }

    private bool Values(
        ReadOnlySpan<char> text, int line, string inside, List<string> values, ref StringBuilder? open, bool mayWrap)
    {
        while (true)
        {
            if (open is null)
            {
                text = text.TrimStart();
                if (text.IsEmpty)
                {
                    return true;
                }

                if (text[0] != '<')
                {
                    return Fail(line, "Text outside < and >.", inside);
                }

                text = text[1..];
            }

            int end = text.IndexOf('>');
            ReadOnlySpan<char> part = end < 0 ? text : text[..end];
            if (part.Contains('<') || (end < 0 && !mayWrap))
            {
                return Fail(line, "A value is not closed.", inside);
            }

            if (end < 0)
            {
                (open ??= new()).Append(part);
                return true;
            }

            values.Add(open is null ? part.ToString() : open.Append(part).ToString());
            open = null;
            text = text[(end + 1)..];
        }
    }

    private bool IsTrivia(int line) => source.Line(line).TrimStart() is [] or [';', ..];

    /// <summary>The word a line begins with, empty when it begins with something else; the rest is trimmed.</summary>
    private string Keyword(int line, out string rest)
    {
        ReadOnlySpan<char> text = source.Line(line).Trim();
        int length = 0;
        while (length < text.Length && (char.IsAsciiLetter(text[length]) || text[length] == '_'))
        {
            length++;
        }

        rest = text[length..].TrimStart().ToString();
        return text[..length].ToString();
    }

    private bool Fail(int line, string message, string inside)
    {
        Failure ??= (line, message, inside);
        return false;
    }
}
