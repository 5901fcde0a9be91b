namespace SmsConsole.SiteServer;

/// <summary>
/// What the Scheduler is asked to do: the content of a .JOB file in SCHEDULE.BOX, JSON. The file's name is the job's id; placing
/// the same job twice is one job.
/// </summary>
/// <param name="Id">Site code and five characters, for example P0100001.</param>
/// <param name="Comment">As shown to people: "Bootstrap Job for S01".</param>
/// <param name="Kind">Bootstrap: no package, the sender installs and starts the Bootstrap service. Package: something is sent.</param>
/// <param name="Priority">1 high, 2 medium, 3 low.</param>
/// <param name="PayloadFile">For a package: the file to send (kept until the request is complete when it lies in TOSEND).</param>
/// <param name="EnvelopeType">For a package: one of <see cref="Trust.EnvelopeTypes"/>.</param>
/// <param name="Stream">For a package: one of <see cref="Trust.EnvelopeStreams"/>.</param>
/// <param name="Order">For a bootstrap job.</param>
public sealed record SystemJob(
    string Id,
    string Comment,
    SystemJobKind Kind,
    string Destination,
    Guid Incarnation,
    int Priority,
    string? PayloadFile,
    string? EnvelopeType,
    string? Stream,
    BootstrapOrder? Order,
    DateTimeOffset CreatedAt);

/// <summary>Kinds of <see cref="SystemJob"/>.</summary>
public enum SystemJobKind
{
    Bootstrap,
    Package,
}

/// <summary>What the parent tells the Bootstrap service of a new site (BOOTSTRP.CFG).</summary>
/// <param name="ParentPublicKey">Base64 SubjectPublicKeyInfo, ECDSA P-256.</param>
/// <param name="Token">Single-use enrolment token, 128 bits, base64url. The confirmation proves knowledge of it.</param>
/// <param name="ReturnAddress">How the site's sender gives files to its parent.</param>
public sealed record BootstrapOrder(
    string SiteCode,
    string ParentCode,
    Guid Incarnation,
    string ParentPublicKey,
    string Token,
    ReturnAddress ReturnAddress)
{
    public override string ToString() => $"BootstrapOrder {{ SiteCode = {SiteCode}, ParentCode = {ParentCode}, Incarnation = {Incarnation}, ReturnAddress = {ReturnAddress} }}";
}

/// <summary>How a site's sender reaches its parent.</summary>
/// <param name="Kind">"path": writes into the parent's RECEIVE; "collect": lays out for the parent to collect.</param>
/// <param name="Directory">The parent's SMS root directory for "path".</param>
public sealed record ReturnAddress(string Kind, string? Directory);

/// <summary>
/// The Bootstrap service's confirmation (BOOTSTRP.ACK; handed to Hierarchy Manager as SITECFG.BOX/&lt;code&gt;.ENR).
/// </summary>
/// <param name="PublicKey">Base64 SubjectPublicKeyInfo of the new site's key.</param>
/// <param name="RuntimeId">The platform a self-contained program runs on there; null where a .NET runtime is. The site package has to match.</param>
/// <param name="Proof">Base64 HMAC-SHA-256, key = token, over "code|incarnation|publicKey".</param>
public sealed record Enrolment(string SiteCode, Guid Incarnation, string PublicKey, string Proof, string Version, DateTimeOffset At, string? RuntimeId = null);
