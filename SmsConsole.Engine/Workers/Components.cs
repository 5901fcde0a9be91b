namespace SmsConsole.Engine;

/// <summary>Names of the components that only a primary runs, as they appear in status messages; the others are <see cref="SiteServer.SiteComponents"/>.</summary>
internal static class Components
{
    public const string HierarchyManager = "SMS_HIERARCHY_MANAGER";
    public const string SqlMonitor = "SMS_SQL_MONITOR";
    public const string Collector = "SMS_LAN_COLLECTOR";
}

/// <summary>Wakes a component before its time. Never waits, never fails, and many calls are one: the timer is the guarantee.</summary>
internal interface IWorkerNudge
{
    void Nudge(string component);
}
