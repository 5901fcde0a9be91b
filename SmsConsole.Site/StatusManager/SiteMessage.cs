using SmsConsole.SiteServer.Spool;

namespace SmsConsole.SiteServer;

/// <summary>A status message: a numbered event of a component (numbers of KB122180 and KB122181).</summary>
/// <param name="JobId">The parent's job it speaks of, where it speaks of one.</param>
public sealed record SiteMessage(DateTimeOffset At, string Component, int MessageId, TraceLevel Severity, string Text, string? JobId = null);

/// <summary>Takes status messages.</summary>
public interface IStatusSink
{
    /// <param name="jobId">The parent's job the message speaks of.</param>
    void Raise(string component, int messageId, TraceLevel severity, string text, string? jobId = null);
}

/// <summary>Event numbers that the site server raises.</summary>
public static class SiteEvents
{
    public const int PackageDisappeared = 381;
    public const int Package1Invalid = 382;
    public const int Package2Invalid = 383;
    public const int NotEnoughDiskSpace = 384;
    public const int Package1NotDecompressed = 385;
    public const int Package2NotDecompressed = 386;

    /// <summary>Ours: the site was configured as its site control file asks.</summary>
    public const int SiteConfigured = 1101;

    /// <summary>Ours: a service died and was started again.</summary>
    public const int ServiceRestarted = 1102;

    /// <summary>Ours: a site control file could not be used.</summary>
    public const int BadSiteControlFile = 1103;
}

/// <summary>Component names as SMS has them.</summary>
public static class SiteComponents
{
    public const string Bootstrap = "SMS_BOOTSTRAP";
    public const string SiteConfigManager = "SMS_SITE_CONFIG_MANAGER";
    public const string Scheduler = "SMS_SCHEDULER";
    public const string LanSender = "SMS_LAN_SENDER";
    public const string Despooler = "SMS_DESPOOLER";
    public const string StatusManager = "SMS_STATUS_MANAGER";

    /// <summary>The services that run as threads of the Executive.</summary>
    public static IReadOnlyList<string> Threads { get; } = [Despooler, LanSender, Scheduler, StatusManager];
}
