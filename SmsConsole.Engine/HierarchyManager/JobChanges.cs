using SmsConsole.Data;
using SmsConsole.Data.Jobs;

namespace SmsConsole.Engine;

/// <summary>The only writer of a job's status, by the table.</summary>
internal static class JobChanges
{
    /// <summary>False, with nothing changed, where the table has no such edge.</summary>
    public static bool Apply(SmsContext db, Job job, JobEvent happened)
    {
        if (JobTransitions.Next(job.Status, happened) is not { } next)
        {
            return false;
        }

        job.Status = next;
        if (happened == JobEvent.Sending)
        {
            job.StartedAt ??= db.Now;
        }

        if (happened != JobEvent.WillRetry)
        {
            job.NextTryAt = null;
            job.WaitText = null;
            job.WaitSince = null;
        }

        if (JobTransitions.IsFinal(next))
        {
            job.EndedAt = db.Now;
        }

        return true;
    }

    /// <summary>Ends a job with its reason.</summary>
    public static bool End(SmsContext db, Job job, JobEvent happened, string? reason)
    {
        if (!Apply(db, job, happened))
        {
            return false;
        }

        job.Reason = reason;
        job.SendingStatus = job.Status switch
        {
            JobStatus.Complete => SendingStatus.Ok,
            JobStatus.Cancelled => SendingStatus.Cancelled,
            _ => SendingStatus.Invalid,
        };
        return true;
    }
}
