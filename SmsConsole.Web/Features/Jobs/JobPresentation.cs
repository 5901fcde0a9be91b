using SmsConsole.Data.Queries;
using SmsConsole.Web.Components.Shared;

namespace SmsConsole.Web.Features.Jobs;

/// <summary>States of jobs and send requests as words, icon and tone.</summary>
internal static class JobPresentation
{
    public static StateLook Of(JobStatus status) => status switch
    {
        JobStatus.Pending => new(Texts.Pending, IconName.Clock, Tone.Neutral),
        JobStatus.Active => new(Texts.Active, IconName.Running, Tone.Info),
        JobStatus.Retrying => new(Texts.Retrying, IconName.Warning, Tone.Warn),
        JobStatus.Complete => new(Texts.Complete, IconName.Check, Tone.Good),
        JobStatus.Cancelled => new(Texts.Cancelled, IconName.Cancelled, Tone.Neutral),
        JobStatus.Failed => new(Texts.Failed, IconName.Error, Tone.Bad),
    };

    public static StateLook Of(SendingStatus status) => status switch
    {
        SendingStatus.None => new(Texts.NotSending, IconName.Skipped, Tone.Neutral),
        SendingStatus.Started => new(Texts.Started, IconName.Running, Tone.Info),
        SendingStatus.Connecting => new(Texts.Connecting, IconName.Running, Tone.Info),
        SendingStatus.Sending => new(Texts.Sending, IconName.Running, Tone.Info),
        SendingStatus.Error => new(Texts.WillRetry, IconName.Warning, Tone.Warn),
        SendingStatus.Invalid => new(Texts.Invalid, IconName.Error, Tone.Bad),
        SendingStatus.Cancelled => new(Texts.Cancelled, IconName.Cancelled, Tone.Neutral),
        SendingStatus.Suspended => new(Texts.Suspended, IconName.Clock, Tone.Warn),
        SendingStatus.Ok => new(Texts.Sent, IconName.Check, Tone.Good),
    };

    public static StateLook Of(WorkingStatus status) => status switch
    {
        WorkingStatus.None => new(Texts.NothingYet, IconName.Skipped, Tone.Neutral),
        WorkingStatus.Pending => new(Texts.AtWork, IconName.Running, Tone.Info),
        WorkingStatus.Complete => new(Texts.Complete, IconName.Check, Tone.Good),
        WorkingStatus.Failed => new(Texts.Failed, IconName.Error, Tone.Bad),
    };

    public static string Of(JobType type) => type switch
    {
        JobType.Bootstrap => Texts.Bootstrap,
        JobType.SiteInstall => Texts.SiteInstall,
        JobType.SiteControl => Texts.SiteControl,
    };

    public static string Of(JobPriority priority) => priority switch
    {
        JobPriority.Low => Texts.Low,
        JobPriority.Medium => Texts.Medium,
        JobPriority.High => Texts.High,
    };

    public static bool CanCancel(JobStatus status) => status is JobStatus.Pending or JobStatus.Active or JobStatus.Retrying;

    public static bool CanRetry(JobStatus status) => status is JobStatus.Retrying or JobStatus.Failed or JobStatus.Pending;
}
