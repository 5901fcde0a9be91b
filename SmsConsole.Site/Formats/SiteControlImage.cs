using System.Globalization;

namespace SmsConsole.SiteServer.Formats;

/// <summary>
/// The content of a site control file, typed and equal by value: the database's site control image (KB133113).
/// Printing one never shows an account or an address.
/// </summary>
public sealed record SiteControlImage
{
    /// <summary>The build of the program that wrote it: 1 to 32 letters, digits, dots, dashes, plus signs.</summary>
    public required string Build { get; init; }

    public required SiteControlFileType Type { get; init; }

    /// <summary>What was done to make the file, for people.</summary>
    public string Comment { get; init; } = "";

    /// <summary>The site to be changed: three capital letters or digits.</summary>
    public required string TargetSite { get; init; }

    /// <summary>The site the change comes from.</summary>
    public required string OriginatingSite { get; init; }

    /// <summary>When the file was made; whole seconds since 1970 in the file.</summary>
    public required DateTimeOffset PostedAt { get; init; }

    /// <summary>Handled by Hierarchy Manager itself (Resource Kit, S3D59).</summary>
    public bool Posted { get; init; }

    public ValueList<SiteControlTransaction> Transactions { get; init; } = [];

    /// <summary>Null only for the two transaction types.</summary>
    public SiteControlAccount? Account { get; init; }

    public ValueList<SiteControlProperty> Properties { get; init; } = [];

    public ValueList<SiteControlPropertyList> PropertyLists { get; init; } = [];

    public ValueList<SiteControlDomain> Domains { get; init; } = [];

    public ValueList<SiteControlAddress> Addresses { get; init; } = [];

    public ValueList<SiteControlOutbox> Outboxes { get; init; } = [];

    public ValueList<SiteControlServer> Servers { get; init; } = [];

    public ValueList<SiteControlComponent> Components { get; init; } = [];

    public ValueList<SiteControlSender> Senders { get; init; } = [];

    /// <summary>Sections of later versions, kept as they stood; written after all others.</summary>
    public ValueList<SiteControlForeign> Foreign { get; init; } = [];

    /// <summary>Holds instructions and no configuration.</summary>
    public bool IsTransactions => Type is SiteControlFileType.Transactions or SiteControlFileType.LocalTransactions;

    /// <summary>The image of a file; always there, since a file without one does not parse.</summary>
    public static SiteControlImage From(SiteControlFile file) => file.Image;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Type} of {TargetSite} from {OriginatingSite}, {PostedAt:u}");

    /// <summary>Whether both describe the same configuration, whenever they were made and whatever for.</summary>
    public bool SaysTheSameAs(SiteControlImage other) => this with { PostedAt = other.PostedAt, Comment = other.Comment } == other;
}

/// <summary>SITE_ACCOUNT: 18 values in this order (Resource Kit, S3D59 and S3D65).</summary>
/// <param name="Type">6 primary, 9 secondary.</param>
/// <param name="SiteCode">Three capital letters or digits; the target site of the file.</param>
/// <param name="ParentCode">Empty for a site without a parent; a secondary always has one.</param>
/// <param name="Server">Name of the site server.</param>
/// <param name="Domain">Domain of the site server.</param>
/// <param name="SiteName">For people.</param>
/// <param name="InstallDirectory">The SMS root directory at the site.</param>
/// <param name="ServiceDomain">Domain of the service account.</param>
/// <param name="ServiceAccount">Encrypted; opaque here. So are the other secrets.</param>
/// <param name="ServicePassword">Encrypted.</param>
/// <param name="PublicKey">The site's public key.</param>
/// <param name="SqlServer">A primary must have one.</param>
/// <param name="SqlLogin">Encrypted.</param>
/// <param name="SqlPassword">Encrypted.</param>
/// <param name="SqlDatabase">A primary must have one.</param>
/// <param name="SqlPublicKey">Public key of the SQL login.</param>
/// <param name="UserName">Given at setup.</param>
/// <param name="Organization">Given at setup.</param>
public sealed record SiteControlAccount(
    SiteControlSiteType Type,
    string SiteCode,
    string ParentCode,
    string Server,
    string Domain,
    string SiteName,
    string InstallDirectory,
    string ServiceDomain = "",
    string ServiceAccount = "",
    string ServicePassword = "",
    string PublicKey = "",
    string SqlServer = "",
    string SqlLogin = "",
    string SqlPassword = "",
    string SqlDatabase = "",
    string SqlPublicKey = "",
    string UserName = "",
    string Organization = "")
{
    public override string ToString() => $"{Type} {SiteCode}";
}

/// <summary>TRANSACTION: a one-time instruction (Resource Kit, S3D59).</summary>
/// <param name="Type">One of <see cref="KnownTypes"/>; anything else makes the file a bad transaction.</param>
/// <param name="Persistent">Applies to all transactions and not only to this one.</param>
/// <param name="Number">Meaning depends on the type; the count of inactive items, for one.</param>
/// <param name="Text1">Meaning depends on the type.</param>
/// <param name="Text2">Meaning depends on the type.</param>
public sealed record SiteControlTransaction(string Type, bool Persistent = false, uint Number = 0, string Text1 = "", string Text2 = "")
{
    /// <summary>An instruction nobody can follow must be seen, not skipped: names outside this list are refused.</summary>
    public static ValueList<string> KnownTypes { get; } =
    [
        "Change@", "SqlChange@", "InactiveDomains", "InactiveServers", "InactiveComponents", "InactiveSenders",
        "DeinstallSite", "InitiateDeinstall", "InitiateUpgrade", "DeinstallSiteAck", "Shutdown", "ShutdownAck",
        "Upgrade", "DeleteSite", "SyncParentDetach", "ParentDetach", "Heartbeat", "RequestNewSCFile",
        "TriggerWatchdog", "TriggerWatchdogHeartbeat", "TriggerUserGroupMIF", "TriggerLogonScriptConfig",
        "LogEventForBootstrap", "SMSBaseID", "NoEnumeration",
    ];

    /// <summary>The type only: Change@ carries an account.</summary>
    public override string ToString() => Type;
}

/// <summary>PROPERTY: a setting read by some component (Resource Kit, S3D59).</summary>
public sealed record SiteControlProperty(string Name, string Text1 = "", string Text2 = "", uint Number = 0)
{
    /// <summary>"Last Valid @" and "Last Valid Sql @" hold an account and its password.</summary>
    public bool IsSecret => Name.EndsWith('@');

    /// <summary>The name only: some properties hold an account.</summary>
    public override string ToString() => Name;
}

/// <summary>PROPERTY_LIST: a named list of texts.</summary>
public sealed record SiteControlPropertyList(string Name, ValueList<string> Items);

/// <summary>DOMAIN with its logon servers.</summary>
public sealed record SiteControlDomain(string Name, string Type, LogonServerSource Source, ValueList<SiteControlLogonServer> LogonServers);

/// <summary>LOGONSERVER inside a DOMAIN. <paramref name="Type"/> is empty and <paramref name="Flags"/> 0 in the published sample.</summary>
public sealed record SiteControlLogonServer(string Name, string Type, uint Flags, string Drive);

/// <summary>
/// ADDRESS: how one site reaches another. Written <c>#count(data)</c> where count covers data and both brackets.
/// </summary>
/// <param name="Origin">Code of the sending site.</param>
/// <param name="Destination">Code of the receiving site.</param>
/// <param name="SenderType">MS_LAN_SENDER, for one.</param>
/// <param name="Outbox">Name of the OUTBOX to use; empty for the sender's default.</param>
/// <param name="Data">Opaque here: what the sender needs to reach the site. May hold an encrypted password.</param>
public sealed record SiteControlAddress(string Origin, string Destination, string SenderType, string Outbox, string Data)
{
    public override string ToString() => $"{Origin} to {Destination}, {SenderType}";
}

/// <summary>OUTBOX: where requests for one kind of sender wait.</summary>
/// <param name="Name">LAN_DEFAULT, for one.</param>
/// <param name="Path">Empty in the published sample; called "drive" in its description.</param>
/// <param name="SenderType">MS_LAN_SENDER, for one.</param>
/// <param name="Schedule">168 hexadecimal digits, one for each hour of the week; F is open for everything.</param>
/// <param name="Flags">1 in the published sample: create the outbox.</param>
/// <param name="Drive">Drive of the outbox on its server.</param>
/// <param name="Server">The server that holds it.</param>
public sealed record SiteControlOutbox(
    string Name, string Path, string SenderType, string Schedule, uint Flags, string Drive, string Server)
{
    /// <summary>Hours in a week.</summary>
    public const int ScheduleLength = 168;

    /// <summary>A schedule without a closed hour.</summary>
    public static string AlwaysOpen { get; } = new('F', ScheduleLength);
}

/// <summary>SERVER: an auxiliary server, such as the default package server.</summary>
public sealed record SiteControlServer(string Name, string Type, uint Flags = 0, string Drive = "");

/// <summary>COMPONENT: a service or a thread of SMS Executive.</summary>
/// <param name="Flags">How to install it.</param>
/// <param name="Name">SMS_DESPOOLER, for one.</param>
/// <param name="File">The name to look up in SYSTEM.MAP, or a full path with <see cref="SiteComponentTraits.LiteralPath"/>.</param>
/// <param name="Server">Where it runs.</param>
/// <param name="Drive">Drive on that server.</param>
public sealed record SiteControlComponent(SiteComponentTraits Flags, string Name, string File, string Server, string Drive);

/// <summary>SENDER: a component that sends. In the file its drive comes before its server.</summary>
/// <param name="Flags">How to install it.</param>
/// <param name="SenderType">The addresses it understands: MS_LAN_SENDER.</param>
/// <param name="File">The name to look up in SYSTEM.MAP.</param>
/// <param name="Server">Where it runs.</param>
/// <param name="Drive">Drive on that server.</param>
/// <param name="Name">SMS_LAN_SENDER, for one.</param>
/// <param name="Outboxes">Names of the outboxes it watches.</param>
public sealed record SiteControlSender(
    SiteComponentTraits Flags, string SenderType, string File, string Server, string Drive, string Name, ValueList<string> Outboxes);

/// <summary>
/// A section or statement this version does not know (BEGIN_CLIENT_CONFIGURATION of SMS 2.0, KB277745).
/// <paramref name="Lines"/> are whole lines without line ends, never decoded.
/// </summary>
public sealed record SiteControlForeign(string Name, ValueList<string> Lines);
