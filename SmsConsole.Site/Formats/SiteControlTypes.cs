namespace SmsConsole.SiteServer.Formats;

/// <summary>What a site control file is for (seed 002, KB133113).</summary>
public enum SiteControlFileType
{
    /// <summary>How the site is, in a .CT2 from Site Configuration Manager to Hierarchy Manager.</summary>
    Actual = 1,

    /// <summary>How the site shall be, in a .CT1 to Site Configuration Manager.</summary>
    Proposed = 2,

    /// <summary>Instructs Hierarchy Manager to begin a new site.</summary>
    NewSite = 3,

    /// <summary>One-time instructions between sites; nothing but TRANSACTION entries.</summary>
    Transactions = 4,

    /// <summary>One-time instructions within a site. Written 6 (KB133113); 5 (Resource Kit, S3D59) is read too.</summary>
    LocalTransactions = 6,
}

/// <summary>The kind of site in SITE_ACCOUNT (Resource Kit, S3D59).</summary>
public enum SiteControlSiteType
{
    Primary = 6,
    Secondary = 9,
}

/// <summary>Where a domain's logon servers come from (Resource Kit, S3D59).</summary>
public enum LogonServerSource
{
    Enumerated = 1,
    Listed = 2,
}

/// <summary>Installation flags of a COMPONENT or SENDER (Resource Kit, S3D59). Other bits are kept as they are.</summary>
[Flags]
public enum SiteComponentTraits : uint
{
    None = 0,
    Install = 0x1,

    /// <summary>Runs as the system account and not as the SMS service account.</summary>
    LocalSystemAccount = 0x2,

    StartService = 0x4,
    SetRegistry = 0x8,

    /// <summary>Documented as unused.</summary>
    Exe = 0x10,

    /// <summary>The file is a full path and not a name in SYSTEM.MAP.</summary>
    LiteralPath = 0x20,

    PrimarySite = 0x40,
    SecondarySite = 0x80,
    AutoStart = 0x100,
    Sender = 0x200,
    Optional = 0x400,

    /// <summary>Runs inside SMS Executive.</summary>
    AsThread = 0x800,

    /// <summary>Not stopped or removed when the site is shut down or removed.</summary>
    DontStop = 0x1000,
}
