using SmsConsole.Data.Queries;

namespace SmsConsole.Data.Jobs;

/// <summary>A system job of this site's Scheduler.</summary>
internal sealed class Job : IRevisioned
{
    /// <summary>Site code and five characters, for example P0100001.</summary>
    public required string Id { get; set; }

    /// <summary>"Bootstrap Job for S01" and the like (seed 000).</summary>
    public required string Comment { get; set; }

    public JobType Type { get; set; }

    public JobStatus Status { get; set; }

    public SendingStatus SendingStatus { get; set; }

    public WorkingStatus WorkingStatus { get; set; }

    public required string Destination { get; set; }

    /// <summary>Incarnation of the destination it was made for.</summary>
    public Guid Incarnation { get; set; }

    public JobPriority Priority { get; set; }

    public int Phase { get; set; }

    public long BytesTotal { get; set; }

    public long BytesSent { get; set; }

    public int Attempts { get; set; }

    public DateTime CreatedAt { get; set; }

    public DateTime? StartedAt { get; set; }

    public DateTime? EndedAt { get; set; }

    public DateTime? NextTryAt { get; set; }

    public string? WaitText { get; set; }

    public DateTime? WaitSince { get; set; }

    public string? Reason { get; set; }

    public bool CancelRequested { get; set; }

    public long Revision { get; set; }
}

/// <summary>The send request of a job as its file in the outbox last said.</summary>
internal sealed class SendRequestState : IRevisioned
{
    public required string Id { get; set; }

    public required string JobId { get; set; }

    public required string Destination { get; set; }

    public required string Outbox { get; set; }

    public JobPriority Priority { get; set; }

    public SendingStatus State { get; set; }

    public long BytesTotal { get; set; }

    public long BytesSent { get; set; }

    public int Attempts { get; set; }

    public DateTime? NextTryAt { get; set; }

    public DateTime? Heartbeat { get; set; }

    public string? Reason { get; set; }

    public long Revision { get; set; }
}
