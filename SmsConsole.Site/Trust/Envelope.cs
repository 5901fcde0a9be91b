namespace SmsConsole.SiteServer.Trust;

/// <summary>
/// What crosses between sites, signed by its source. The payload travels beside it as a file of its own and is named here by
/// length and SHA-256.
/// </summary>
/// <param name="Source">Site code of the sender; a site speaks only for itself.</param>
/// <param name="Incarnation">Of the secondary at one end, whichever direction it travels.</param>
/// <param name="Stream">Sequence numbers count per source, incarnation and stream.</param>
/// <param name="Type">One of <see cref="EnvelopeTypes"/>.</param>
/// <param name="Sha256">Lower-case hexadecimal.</param>
/// <param name="JobId">The job of the source that sends it, so that an answer can say what it answers.</param>
public sealed record Envelope(
    int Version,
    string Source,
    string Destination,
    Guid Incarnation,
    string Stream,
    long Sequence,
    string Type,
    long Length,
    string Sha256,
    DateTimeOffset CreatedAt,
    string? JobId = null);

/// <summary>Types of payload.</summary>
public static class EnvelopeTypes
{
    /// <summary>The SMS site package: BOOTSTRP.PK1.</summary>
    public const string SitePackage = "site-package";

    /// <summary>A site control file towards a site (.CT1; BOOTSTRP.PK2 during installation).</summary>
    public const string SiteControl = "site-control";

    /// <summary>A site control file from a site (.CT2).</summary>
    public const string SiteReport = "site-report";

    /// <summary>Status messages, JSON.</summary>
    public const string Status = "status";
}

/// <summary>Streams of sequence numbers.</summary>
public static class EnvelopeStreams
{
    public const string Control = "control";

    public const string Status = "status";
}
