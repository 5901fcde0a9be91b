using SmsConsole.Data.Queries;

namespace SmsConsole.Web.Features.Sites;

/// <summary>Components that write a log, by kind of site, in the order a person looks for them.</summary>
internal static class LogComponents
{
    private static readonly string[] AtPrimary = ["hman", "scman", "sched", "sender", "despool", "collect", "statmgr", "dbmon", "smsexec"];
    private static readonly string[] AtSecondary = ["bootstrp", "scman", "sched", "sender", "despool", "statmgr", "smsexec"];

    /// <summary>What a log's short name stands for.</summary>
    public static string Title(string component) => component switch
    {
        "hman" => "Hierarchy Manager",
        "sched" => "Scheduler",
        "sender" => "Sender",
        "despool" => "Despooler",
        "collect" => "Collector",
        "statmgr" => "Status Manager",
        "dbmon" => "SQL Monitor",
        "smsexec" => "Executive",
        "scman" => "Site Configuration Manager",
        "bootstrp" => "Bootstrap service",
        _ => component,
    };

    public static IReadOnlyList<string> Of(SiteType type) => type switch
    {
        SiteType.Primary => AtPrimary,
        SiteType.Secondary => AtSecondary,
    };
}
