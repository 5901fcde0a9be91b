using SmsConsole.Data.Queries;
using SmsConsole.Web.Components.Shared;

namespace SmsConsole.Web.Features.Jobs;

/// <summary>States of jobs and send requests as words, icon and tone.</summary>
internal static class JobPresentation
{
    public static StateLook Of(JobStatus status) => status switch
    {
        JobStatus.Pending => new("Pending", IconName.Clock, Tone.Neutral),
        JobStatus.Active => new("Active", IconName.Running, Tone.Info),
        JobStatus.Retrying => new("Retrying", IconName.Warning, Tone.Warn),
        JobStatus.Complete => new("Complete", IconName.Check, Tone.Good),
        JobStatus.Cancelled => new("Cancelled", IconName.Cancelled, Tone.Neutral),
        JobStatus.Failed => new("Failed", IconName.Error, Tone.Bad),
    };

    public static StateLook Of(SendingStatus status) => status switch
    {
        SendingStatus.None => new("Not sending", IconName.Skipped, Tone.Neutral),
        SendingStatus.Started => new("Started", IconName.Running, Tone.Info),
        SendingStatus.Connecting => new("Connecting", IconName.Running, Tone.Info),
        SendingStatus.Sending => new("Sending", IconName.Running, Tone.Info),
        SendingStatus.Error => new("Error, will retry", IconName.Warning, Tone.Warn),
        SendingStatus.Invalid => new("Invalid", IconName.Error, Tone.Bad),
        SendingStatus.Cancelled => new("Cancelled", IconName.Cancelled, Tone.Neutral),
        SendingStatus.Suspended => new("Suspended", IconName.Clock, Tone.Warn),
        SendingStatus.Ok => new("Sent", IconName.Check, Tone.Good),
    };

    public static StateLook Of(WorkingStatus status) => status switch
    {
        WorkingStatus.None => new("Nothing yet", IconName.Skipped, Tone.Neutral),
        WorkingStatus.Pending => new("At work", IconName.Running, Tone.Info),
        WorkingStatus.Complete => new("Complete", IconName.Check, Tone.Good),
        WorkingStatus.Failed => new("Failed", IconName.Error, Tone.Bad),
    };

    public static string Of(JobType type) => type switch
    {
        JobType.Bootstrap => "Bootstrap",
        JobType.SiteInstall => "Site install",
        JobType.SiteControl => "Site control",
    };

    public static bool CanCancel(JobStatus status) => status is JobStatus.Pending or JobStatus.Active or JobStatus.Retrying;

    public static bool CanRetry(JobStatus status) => status is JobStatus.Retrying or JobStatus.Failed or JobStatus.Pending;
}
