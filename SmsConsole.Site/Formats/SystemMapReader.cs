using System.Globalization;

namespace SmsConsole.SiteServer.Formats;

/// <summary>Reads one SYSTEM.MAP as a stream of words, quoted texts and signs. The first fault ends it.</summary>
internal sealed class SystemMapReader(TextSource source)
{
    private readonly Dictionary<string, ValueList<string>> plain = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<SystemMapList> idLists = [];
    private readonly List<SystemMapList> files = [];
    private readonly List<SystemMapService> services = [];
    private int line;
    private int column;
    private int items;
    private FormatError? error;

    private enum TokenKind
    {
        End,
        Word,
        Quoted,
        Sign,
    }

    public ParseResult<SystemMap> Read()
    {
        while (error is null && Next() is { Kind: not TokenKind.End } token)
        {
            string keyword = token.Kind == TokenKind.Word ? token.Text.ToUpperInvariant() : "";
            switch (keyword)
            {
                case "PLATFORMS" or "COPYLISTS" or "LANGUAGES" or "UNITS": ReadPlain(keyword, token.Line); break;
                case "IDLIST": ReadNamed("IDLIST", idLists); break;
                case "FILES": ReadNamed("FILES", files); break;
                case "SERVICE": ReadService(); break;
                case "PACKAGE" or "DIRECTORY": SkipBlock(token.Line); break;
                default: Fail(token.Line, "No section of a SYSTEM.MAP begins here."); break;
            }
        }

        CheckFiles();
        if (error is null && plain.Count == 0 && names.Count == 0)
        {
            error = new(FormatErrorCode.BadSystemMap, 0, "The map is empty.");
        }

        return error is not null ? error : new SystemMap(source, new()
        {
            Platforms = plain.GetValueOrDefault("PLATFORMS", []),
            CopyLists = plain.GetValueOrDefault("COPYLISTS", []),
            Languages = plain.GetValueOrDefault("LANGUAGES", []),
            Units = plain.GetValueOrDefault("UNITS", []),
            IdLists = idLists.ToValueList(),
            Services = services.ToValueList(),
            Files = files.ToValueList(),
        });
    }

    private void ReadPlain(string keyword, int at)
    {
        if (!plain.TryAdd(keyword, List()))
        {
            Fail(at, $"A second {keyword}.");
        }
    }

    private void ReadNamed(string keyword, List<SystemMapList> lists)
    {
        int at = line;
        string name = Quoted();
        lists.Add(new(name, List()));
        if (!names.Add(keyword + ":" + name))
        {
            Fail(at, $"A second {keyword} of that name.");
        }
    }

    private void ReadService()
    {
        int at = line;
        string name = Quoted();
        Expect("BEGIN");
        Expect("FLAGS");
        Expect("=");
        Token flags = Next();
        if (!uint.TryParse(flags.Text, NumberStyles.None, CultureInfo.InvariantCulture, out uint bits))
        {
            Fail(flags.Line, "FLAGS is not a number.");
        }

        Expect("MAIN");
        string main = Quoted();
        List<string> parts = [];
        Token token = Next();
        while (error is null && token.Is("SUBCOMPONENT"))
        {
            Count(token.Line);
            parts.Add(Quoted());
            token = Next();
        }

        if (!token.Is("END"))
        {
            Fail(token.Line, "END of a SERVICE expected.");
        }

        services.Add(new(name, (SiteComponentTraits)bits, main, parts.ToValueList()));
        if (!names.Add("SERVICE:" + name))
        {
            Fail(at, "A second SERVICE of that name.");
        }
    }

    /// <summary>PACKAGE and DIRECTORY: known to be there, nothing in them is used.</summary>
    private void SkipBlock(int at)
    {
        Token token = Next();
        while (error is null && !token.Is("END"))
        {
            if (token.Kind == TokenKind.End)
            {
                Fail(at, "A section without END.");
            }

            token = Next();
        }

        names.Add("skipped");
    }

    private ValueList<string> List()
    {
        Expect("=");
        List<string> values = [];
        do
        {
            Count(line);
            values.Add(Quoted());
        }
        while (error is null && TakeComma());

        return values.ToValueList();
    }

    /// <summary>A comma continues a list; anything else is left for the next section.</summary>
    private bool TakeComma()
    {
        (int Line, int Column) before = (line, column);
        if (Next().Is(","))
        {
            return true;
        }

        (line, column) = before;
        return false;
    }

    private void CheckFiles()
    {
        foreach (string file in files.SelectMany(list => list.Items))
        {
            if (!FileNames.IsRelative(file))
            {
                Fail(-1, "A file name in FILES is not a relative name below the root.");
                return;
            }
        }
    }

    private void Count(int at)
    {
        if (++items > SystemMap.MaxItems)
        {
            Fail(at, $"More than {SystemMap.MaxItems} items.");
        }
    }

    private string Quoted()
    {
        Token token = Next();
        if (token.Kind != TokenKind.Quoted)
        {
            Fail(token.Line, "A text in quotes expected.");
        }

        return token.Text;
    }

    private void Expect(string text)
    {
        Token token = Next();
        if (!token.Is(text))
        {
            Fail(token.Line, $"{text} expected.");
        }
    }

    private Token Next()
    {
        while (error is null && line < source.LineCount)
        {
            ReadOnlySpan<char> text = source.Line(line);
            while (column < text.Length && char.IsWhiteSpace(text[column]))
            {
                column++;
            }

            if (column == text.Length || (text[column] == ';' && text[..column].IsWhiteSpace()))
            {
                (line, column) = (line + 1, 0);
                continue;
            }

            return text[column] == '"' ? QuotedToken(text) : WordToken(text);
        }

        return new(TokenKind.End, "", Math.Max(0, source.LineCount - 1));
    }

    private Token QuotedToken(ReadOnlySpan<char> text)
    {
        int start = column + 1;
        int length = text[start..].IndexOf('"');
        if (length < 0)
        {
            Fail(line, "A quote is not closed.");
            return new(TokenKind.End, "", line);
        }

        column = start + length + 1;
        return new(TokenKind.Quoted, text.Slice(start, length).ToString(), line);
    }

    private Token WordToken(ReadOnlySpan<char> text)
    {
        int start = column;
        while (column < text.Length && (char.IsAsciiLetterOrDigit(text[column]) || text[column] is '_' or '.' or '\\'))
        {
            column++;
        }

        return column > start
            ? new(TokenKind.Word, text[start..column].ToString(), line)
            : new(TokenKind.Sign, text[column++].ToString(), line);
    }

    private void Fail(int at, string message) => error ??= new(FormatErrorCode.BadSystemMap, at + 1, message);

    private readonly record struct Token(TokenKind Kind, string Text, int Line)
    {
        public bool Is(string text) => Kind is TokenKind.Word or TokenKind.Sign && Text.Equals(text, StringComparison.OrdinalIgnoreCase);
    }
}
