using SmsConsole.Data.Queries;

namespace SmsConsole.Web.Features.Sites;

/// <summary>Components that write a log, by kind of site, in the order a person looks for them.</summary>
internal static class LogComponents
{
    private static readonly string[] AtPrimary = ["hierarchymanager", "scheduler", "sender", "despooler", "sqlmonitor"];
    private static readonly string[] AtSecondary = ["bootstrap", "siteconfigmanager", "scheduler", "sender", "despooler", "statusmanager"];

    public static IReadOnlyList<string> Of(SiteType type) => type switch
    {
        SiteType.Primary => AtPrimary,
        SiteType.Secondary => AtSecondary,
    };
}
