namespace SmsConsole.Engine;

/// <summary>Names of the components a primary runs, as they appear in status messages.</summary>
internal static class Components
{
    public const string HierarchyManager = "SMS_HIERARCHY_MANAGER";
    public const string SqlMonitor = "SMS_SQL_MONITOR";
    public const string StatusManager = "SMS_STATUS_MANAGER";
    public const string Scheduler = "SMS_SCHEDULER";
    public const string Sender = "SMS_LAN_SENDER";
    public const string Despooler = "SMS_DESPOOLER";
    public const string SiteConfigManager = "SMS_SITE_CONFIG_MANAGER";
    public const string Collector = "SMS_LAN_COLLECTOR";
}

/// <summary>Wakes a component before its time. Never waits, never fails, and many calls are one: the timer is the guarantee.</summary>
internal interface IWorkerNudge
{
    void Nudge(string component);
}
