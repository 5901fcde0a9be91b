namespace SmsConsole.Data.Queries;

/// <summary>Kind of site. A secondary has no database and is administered through its parent (seed 000).</summary>
public enum SiteType
{
    Primary,
    Secondary,
}

/// <summary>Site status with the numbers of KB137376.</summary>
public enum SiteStatus
{
    Active = 1,
    Pending = 2,
    Failed = 3,
    Deleted = 4,
    Upgrade = 5,
}

/// <summary>Detailed status with the codes of KB137376: which job of the installation or upgrade a site is at.</summary>
public enum DetailedStatus
{
    None = 0,
    PreinstJobBegin = 11,
    PreinstJobEnd = 12,
    PreinstJobError = 13,
    InstJobBegin = 21,
    InstJobEnd = 22,
    InstJobError = 23,
    FirstScJobBegin = 31,
    FirstScJobEnd = 32,
    FirstScJobError = 33,
    ScJobBegin = 41,
    ScJobEnd = 42,
    ScJobError = 43,
    DeleteWaitOnJob = 51,
    DeinstSiteWaitOnJob = 52,
    UpgradeRequired = 61,
    UpgradeBegin = 62,
    UpgradeEnd = 63,
    UpgradeError = 64,
    NewSite = 100,
}

/// <summary>Kinds of system job (the comments of seed 000: "Bootstrap Job for S01", ...).</summary>
public enum JobType
{
    /// <summary>Phase 1: directory, Bootstrap service, start, confirmation.</summary>
    Bootstrap,

    /// <summary>Phase 2: the SMS site package, BOOTSTRP.PK1.</summary>
    SiteInstall,

    /// <summary>Phase 3: the site control file, BOOTSTRP.PK2 or a .CT1.</summary>
    SiteControl,
}

/// <summary>State of a job as the Jobs window shows it.</summary>
public enum JobStatus
{
    Pending,
    Active,
    Retrying,
    Complete,
    Cancelled,
    Failed,
}

/// <summary>Sending status of a job: what its send request is doing.</summary>
public enum SendingStatus
{
    None,
    Started,
    Connecting,
    Sending,
    Error,
    Invalid,
    Cancelled,
    Suspended,
    Ok,
}

/// <summary>Working status of a job: what the destination does with what arrived.</summary>
public enum WorkingStatus
{
    None,
    Pending,
    Complete,
    Failed,
}

/// <summary>1 high, 2 medium, 3 low (KB123221).</summary>
public enum JobPriority
{
    High = 1,
    Medium = 2,
    Low = 3,
}

/// <summary>The stored kinds of site control image (seed 002).</summary>
public enum ControlImageKind
{
    Actual = 1,
    Proposed = 2,
    NewSite = 3,
}

/// <summary>How the LAN Sender reaches a site.</summary>
public enum LinkTransport
{
    /// <summary>A path on this machine.</summary>
    Local,

    /// <summary>A host reached with OpenSSH's client programs.</summary>
    Ssh,
}

/// <summary>Severity of a status message.</summary>
public enum Severity
{
    Information,
    Warning,
    Error,
}

/// <summary>What a person may do. Each role includes the ones above it.</summary>
public enum Role
{
    Viewer,
    Operator,
    Administrator,
}
