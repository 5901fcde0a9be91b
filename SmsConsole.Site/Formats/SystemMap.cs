using System.Text;

namespace SmsConsole.SiteServer.Formats;

/// <summary>
/// SYSTEM.MAP: which platforms, components and files a site is made of. Hierarchy Manager asks it which files go
/// into a site package (seed 000). Kept exactly as found; source Resource Kit S3D66.
/// <code>
/// PLATFORMS = "LINUX X64", "LINUX ARM64"          also COPYLISTS, LANGUAGES, UNITS
/// IDLIST "LINUX X64" = "X86_64", "AMD64"          texts that mean a platform, or any other named list
/// SERVICE "SMS_DESPOOLER" BEGIN FLAGS = 2253 MAIN "DESPOOL.DLL" SUBCOMPONENT "X.DLL" END
/// FILES "LINUX X64:SITE" = "sms-site",            ours: the files of a platform and unit,
///    "lib/System.Runtime.dll"                     relative, with forward slashes
/// </code>
/// A list goes on after a comma, on the next line too. PACKAGE and DIRECTORY, which FILES replaces, are kept but not
/// read. Lines that begin with a semicolon are comments.
/// </summary>
public sealed class SystemMap
{
    public const int MaxBytes = 4 * 1024 * 1024;

    /// <summary>In characters, without the line end.</summary>
    public const int MaxLineLength = 8 * 1024;

    public const int MaxLines = 50_000;

    /// <summary>Items in all lists together.</summary>
    public const int MaxItems = 50_000;

    private readonly TextSource source;

    internal SystemMap(TextSource source, SystemMapContents contents) => (this.source, Contents) = (source, contents);

    public SystemMapContents Contents { get; }

    /// <summary>Reads a map. Its only error code is 387 (KB122181), <see cref="FormatErrorCode.BadSystemMap"/>.</summary>
    public static ParseResult<SystemMap> Parse(ReadOnlySpan<byte> bytes) => Read(TextSource.Read(bytes, Limits, FormatErrorCode.BadSystemMap));

    /// <inheritdoc cref="Parse(ReadOnlySpan{byte})"/>
    public static ParseResult<SystemMap> Parse(string text) => Read(TextSource.Read(text, Limits, FormatErrorCode.BadSystemMap));

    /// <summary>Writes a map (CRLF). Contents that would not read back equal, such as a quote in a name, are an error.</summary>
    public static ParseResult<SystemMap> Create(SystemMapContents contents)
    {
        ParseResult<SystemMap> written = Parse(Write(contents));
        return !written.IsOk || written.Value.Contents == contents
            ? written
            : new FormatError(FormatErrorCode.BadSystemMap, 0, "The map holds something this format cannot carry.");
    }

    /// <summary><see cref="Create"/> for contents known to be good.</summary>
    /// <exception cref="ArgumentException">The contents break a rule of the format.</exception>
    public static SystemMap From(SystemMapContents contents)
    {
        ParseResult<SystemMap> created = Create(contents);
        return created.IsOk ? created.Value : throw new ArgumentException(created.Error.ToString(), nameof(contents));
    }

    public string ToText() => source.Text;

    public byte[] ToBytes() => source.ToBytes();

    private static TextLimits Limits { get; } = new(MaxBytes, MaxLineLength, MaxLines);

    private static ParseResult<SystemMap> Read(ParseResult<TextSource> source) =>
        source.IsOk ? new SystemMapReader(source.Value).Read() : source.Error;

    private static string Write(SystemMapContents contents)
    {
        StringBuilder text = new();
        WriteList(text, "PLATFORMS", contents.Platforms);
        WriteList(text, "COPYLISTS", contents.CopyLists);
        WriteList(text, "LANGUAGES", contents.Languages);
        WriteList(text, "UNITS", contents.Units);
        foreach (SystemMapList list in contents.IdLists)
        {
            WriteList(text, $"IDLIST \"{list.Name}\"", list.Items);
        }

        foreach (SystemMapService service in contents.Services)
        {
            text.Append($"SERVICE \"{service.Name}\"\r\nBEGIN\r\n   FLAGS = {(uint)service.Flags}\r\n   MAIN \"{service.Main}\"\r\n");
            foreach (string part in service.SubComponents)
            {
                text.Append($"   SUBCOMPONENT \"{part}\"\r\n");
            }

            text.Append("END\r\n");
        }

        foreach (SystemMapList list in contents.Files)
        {
            WriteList(text, $"FILES \"{list.Name}\"", list.Items);
        }

        return text.ToString();
    }

    /// <summary>Nothing for an empty list; one item a line, so that a changed file shows as one changed line.</summary>
    private static void WriteList(StringBuilder text, string name, ValueList<string> items)
    {
        if (items.Count > 0)
        {
            text.Append(name).Append(" = \"").AppendJoin("\",\r\n   \"", items).Append("\"\r\n");
        }
    }
}

/// <summary>What a SYSTEM.MAP says; equal by value.</summary>
public sealed record SystemMapContents
{
    /// <summary>Platforms a site can run on: LINUX X64.</summary>
    public ValueList<string> Platforms { get; init; } = [];

    /// <summary>Client groups to copy files for: WINNT:STANDARD.</summary>
    public ValueList<string> CopyLists { get; init; } = [];

    public ValueList<string> Languages { get; init; } = [];

    /// <summary>What can be installed: SITE.</summary>
    public ValueList<string> Units { get; init; } = [];

    /// <summary>Named lists; one named as a platform holds texts that mean it.</summary>
    public ValueList<SystemMapList> IdLists { get; init; } = [];

    public ValueList<SystemMapService> Services { get; init; } = [];

    /// <summary>Named <c>platform:unit</c>; relative names with forward slashes that stay below the root.</summary>
    public ValueList<SystemMapList> Files { get; init; } = [];

    /// <summary>The files of a unit on a platform; null when the map has no such list, and so cannot install it.</summary>
    public ValueList<string>? FilesFor(string platform, string unit) => Find(Files, $"{platform}:{unit}");

    /// <summary>The items of an IDLIST, or null.</summary>
    public ValueList<string>? IdList(string name) => Find(IdLists, name);

    /// <summary>The platform one of whose IDLIST texts occurs in a machine's description: X86_64 gives LINUX X64.</summary>
    public string? PlatformOf(string description) => Platforms.FirstOrDefault(platform =>
        IdList(platform)?.Any(text => text.Length > 0 && description.Contains(text, StringComparison.OrdinalIgnoreCase)) == true);

    private static ValueList<string>? Find(ValueList<SystemMapList> lists, string name) =>
        lists.FirstOrDefault(list => list.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Items;
}

/// <summary>A named list of texts; never empty.</summary>
public sealed record SystemMapList(string Name, ValueList<string> Items);

/// <summary>SERVICE: how a component is installed and which files it is made of.</summary>
public sealed record SystemMapService(string Name, SiteComponentTraits Flags, string Main, ValueList<string> SubComponents);
