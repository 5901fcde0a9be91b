using static SmsConsole.Engine.JobEvent;

namespace SmsConsole.Engine;

/// <summary>What can happen to a system job.</summary>
internal enum JobEvent
{
    /// <summary>A sender works on its send request.</summary>
    Sending,

    /// <summary>An attempt failed; another follows.</summary>
    WillRetry,

    /// <summary>A person wants the next attempt now.</summary>
    RetryNow,

    /// <summary>All of it lies at the destination.</summary>
    Completed,

    /// <summary>A person stopped it, or its site went on without it.</summary>
    Cancelled,

    /// <summary>No attempt can succeed.</summary>
    Failed,
}

/// <summary>The closed table of a system job's life. Complete, Cancelled and Failed are final: a retry of a site makes a new job.</summary>
internal static class JobTransitions
{
    /// <summary>The status after the event, or null where the event is not allowed.</summary>
    public static JobStatus? Next(JobStatus status, JobEvent happened) => IsFinal(status) ? null : happened switch
    {
        Sending => JobStatus.Active,
        WillRetry => JobStatus.Retrying,
        RetryNow => status == JobStatus.Retrying ? JobStatus.Pending : null,
        Completed => JobStatus.Complete,
        Cancelled => JobStatus.Cancelled,
        Failed => JobStatus.Failed,
    };

    public static bool IsFinal(JobStatus status) => status is JobStatus.Complete or JobStatus.Cancelled or JobStatus.Failed;
}
