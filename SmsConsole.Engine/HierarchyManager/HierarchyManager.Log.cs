using Microsoft.Extensions.Logging;

namespace SmsConsole.Engine;

internal sealed partial class HierarchyManager
{
    [LoggerMessage(2001, LogLevel.Information, "{SiteCode}: {Happened} (was {From}).")]
    private partial void LogMoved(string siteCode, SiteEvent happened, string from);

    [LoggerMessage(2002, LogLevel.Information, "{SiteCode}: {Happened} came to nothing: {Outcome}.")]
    private partial void LogNotMoved(string siteCode, SiteEvent happened, MoveOutcome outcome);

    [LoggerMessage(2003, LogLevel.Error, "{SiteCode}: the step failed; the next run tries again.")]
    private partial void LogStepFailed(Exception exception, string siteCode);

    [LoggerMessage(2004, LogLevel.Warning, "{SiteCode}: its {Type} job was gone; a new one is written.")]
    private partial void LogJobReplaced(string siteCode, JobType type);
}
