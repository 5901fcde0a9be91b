using Microsoft.Extensions.Logging;

namespace SmsConsole.Engine;

internal sealed partial class JobOperations
{
    [LoggerMessage(2101, LogLevel.Information, "{SiteCode}: {Comment} ({JobId}) placed in SCHEDULE.BOX.")]
    private partial void LogPlaced(string siteCode, string jobId, string comment);

    [LoggerMessage(2102, LogLevel.Warning, "{SiteCode}: operation {Kind} of {Subject} failed and is tried again.")]
    private partial void LogFailed(Exception exception, string siteCode, string kind, string subject);

    [LoggerMessage(2103, LogLevel.Warning, "{SiteCode}: the files of job {JobId} were lost; it is placed again.")]
    private partial void LogReplaced(string siteCode, string jobId);
}
