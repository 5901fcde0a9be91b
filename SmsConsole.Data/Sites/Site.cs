using SmsConsole.Data.Queries;

namespace SmsConsole.Data.Sites;

/// <summary>
/// A site of the tree. Status, detailed status, phase, wait and failure are written by Hierarchy Manager's
/// phase changer only, guarded by <see cref="Revision"/>.
/// </summary>
internal sealed class Site : IRevisioned
{
    /// <summary>Three characters, A-Z and 0-9.</summary>
    public required string Code { get; set; }

    public required string Name { get; set; }

    public SiteType Type { get; set; }

    public string? ParentCode { get; set; }

    public SiteStatus Status { get; set; }

    public DetailedStatus DetailedStatus { get; set; }

    /// <summary>0 to 4 (seed 000).</summary>
    public int Phase { get; set; }

    /// <summary>SMS root directory on the site server.</summary>
    public required string InstallDirectory { get; set; }

    public string? Version { get; set; }

    /// <summary>New for every installation: a reused code never meets the old site's messages.</summary>
    public Guid Incarnation { get; set; }

    /// <summary>SubjectPublicKeyInfo of the site's ECDSA P-256 key; null until the bootstrap has confirmed.</summary>
    public byte[]? PublicKey { get; set; }

    /// <summary>
    /// The platform a self-contained program runs on there, as the Bootstrap service confirmed it, for example "linux-x64": the site
    /// package has to match. Null before that, and where the site has a .NET runtime.
    /// </summary>
    public string? RuntimeId { get; set; }

    public DateTime? LastReportAt { get; set; }

    public string? WaitText { get; set; }

    public DateTime? WaitSince { get; set; }

    public DateTime? WaitUntil { get; set; }

    /// <summary>What a failed site left, so that a retry is a transition.</summary>
    public DetailedStatus? FailedFrom { get; set; }

    public int? FailureEventId { get; set; }

    public string? FailureReason { get; set; }

    public string? FailureWhatToDo { get; set; }

    public DateTime? FailedAt { get; set; }

    /// <summary>JSON list of the services as last reported.</summary>
    public string? ServicesJson { get; set; }

    public DateTime CreatedAt { get; set; }

    public long Revision { get; set; }
}

/// <summary>One allowed step of a site, written in the transaction of the step.</summary>
internal sealed class SiteHistory
{
    public long Id { get; set; }

    public required string SiteCode { get; set; }

    public DateTime At { get; set; }

    public SiteStatus FromStatus { get; set; }

    public DetailedStatus FromDetailed { get; set; }

    public int FromPhase { get; set; }

    public SiteStatus ToStatus { get; set; }

    public DetailedStatus ToDetailed { get; set; }

    public int ToPhase { get; set; }

    public required string Why { get; set; }

    public required string Who { get; set; }
}

/// <summary>A version of a site control image: ACTUAL and PROPOSED in pairs, NEWSITE for history (seed 002). Every version is kept.</summary>
internal sealed class SiteControlImage
{
    public long Id { get; set; }

    public required string SiteCode { get; set; }

    public ControlImageKind Kind { get; set; }

    /// <summary>Grows by one per site and kind.</summary>
    public long Serial { get; set; }

    public bool IsCurrent { get; set; }

    public DateTime At { get; set; }

    public required string Text { get; set; }
}

/// <summary>How the sender reaches a site.</summary>
internal sealed class SiteAddress : IRevisioned
{
    public required string Destination { get; set; }

    /// <summary>"Lan".</summary>
    public required string Sender { get; set; }

    public LinkTransport Transport { get; set; }

    public string? Host { get; set; }

    public int? Port { get; set; }

    public string? User { get; set; }

    /// <summary>Encrypted with the Data Protection key ring.</summary>
    public string? ProtectedPrivateKey { get; set; }

    /// <summary>As in known_hosts: type and key.</summary>
    public string? HostKey { get; set; }

    public required string Directory { get; set; }

    public long Revision { get; set; }
}
