namespace SmsConsole.SiteServer.Formats;

/// <summary>
/// A site control file (.CT0, .CT1, .CT2) kept exactly as found, with its content as a <see cref="SiteControlImage"/>.
/// Parsing and writing back gives the same bytes: line ends, spacing, comments and sections of later versions
/// included. Sources: seed 002 (KB133113), Resource Kit S3D59 (syntax) and S3D65 (sample), KB121683 (error codes).
/// </summary>
public sealed class SiteControlFile
{
    /// <summary>
    /// The file is set aside when larger; about four times what SMS 1.2 could hold (KB255262). That of a primary grows by an ADDRESS for every child, 56 bytes as
    /// we write it: this is the limit it meets first, beyond 18,000 of them.
    /// </summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>In characters, without the line end.</summary>
    public const int MaxLineLength = 8 * 1024;

    /// <summary>An ADDRESS takes two.</summary>
    public const int MaxLines = 60_000;

    /// <summary>Sections and statements together.</summary>
    public const int MaxSections = 25_000;

    /// <summary>The syntax version of files we write: that of SMS 1.2, and values are percent-encoded.</summary>
    public const string OwnSyntax = "1.08-SC";

    private readonly TextSource source;

    internal SiteControlFile(TextSource source, string syntax, ValueList<SiteControlEntry> entries, SiteControlImage image) =>
        (this.source, Syntax, Entries, Image) = (source, syntax, entries, image);

    /// <summary>The second bracket of the first line.</summary>
    public string Syntax { get; }

    /// <summary>Everything in the file, in order; their texts together are the file.</summary>
    public ValueList<SiteControlEntry> Entries { get; }

    public SiteControlImage Image { get; }

    /// <summary>Reads a file. Errors are 710 to 718 (KB121683), see <see cref="FormatErrorCode"/>.</summary>
    public static ParseResult<SiteControlFile> Parse(ReadOnlySpan<byte> bytes) => Read(TextSource.Read(bytes, Limits, FormatErrorCode.CannotRead));

    /// <inheritdoc cref="Parse(ReadOnlySpan{byte})"/>
    public static ParseResult<SiteControlFile> Parse(string text) => Read(TextSource.Read(text, Limits, FormatErrorCode.CannotRead));

    /// <summary>
    /// Writes an image in the canonical layout (CRLF, sections in the documented order). An image that would not
    /// read back equal is an error, so whatever this returns can be sent.
    /// </summary>
    public static ParseResult<SiteControlFile> Create(SiteControlImage image)
    {
        image = image with { PostedAt = DateTimeOffset.FromUnixTimeSeconds(image.PostedAt.ToUnixTimeSeconds()) };
        ParseResult<SiteControlFile> written = Parse(SiteControlWriter.Write(image));
        return !written.IsOk || written.Value.Image == image
            ? written
            : new FormatError(FormatErrorCode.CannotRead, 0, "The image holds something this format cannot carry.");
    }

    /// <summary><see cref="Create"/> for images known to be good.</summary>
    /// <exception cref="ArgumentException">The image breaks a rule of the format: check user input with <see cref="Create"/>.</exception>
    public static SiteControlFile From(SiteControlImage image)
    {
        ParseResult<SiteControlFile> created = Create(image);
        return created.IsOk ? created.Value : throw new ArgumentException(created.Error.ToString(), nameof(image));
    }

    public string ToText() => string.Concat(Entries.Select(entry => entry.Text));

    /// <summary>In the encoding of the bytes it was read from; UTF-8 when it was read from text.</summary>
    public byte[] ToBytes() => source.ToBytes();

    private static TextLimits Limits { get; } = new(MaxBytes, MaxLineLength, MaxLines);

    private static ParseResult<SiteControlFile> Read(ParseResult<TextSource> source) =>
        source.IsOk ? new SiteControlReader(source.Value).Read() : source.Error;
}

/// <summary>A piece of a site control file.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Keyword in capitals without BEGIN_; empty for trivia.</param>
/// <param name="Line">1-based line it begins on.</param>
/// <param name="Text">As it stood, with its line ends.</param>
public sealed record SiteControlEntry(SiteControlEntryKind Kind, string Name, int Line, string Text)
{
    /// <summary>Without the text, which may hold secrets.</summary>
    public override string ToString() => $"{Kind} {Name}";
}
