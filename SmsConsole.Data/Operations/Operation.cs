namespace SmsConsole.Data.Operations;

/// <summary>
/// An intent, written in the transaction of the change that wants it and carried out afterwards by idempotent steps (the outbox).
/// The table, not the alarm clock, is the truth of what is still to do.
/// </summary>
internal sealed class Operation : IRevisioned
{
    public long Id { get; set; }

    /// <summary>Stable name of the step, for example <c>PlaceJob</c>, <c>CancelJob</c>, <c>RetryJob</c>.</summary>
    public required string Kind { get; set; }

    /// <summary>What it is about: a job id, a site code.</summary>
    public required string Subject { get; set; }

    public string? PayloadJson { get; set; }

    public DateTime CreatedAt { get; set; }

    public DateTime DueAt { get; set; }

    public DateTime? CompletedAt { get; set; }

    public int Attempts { get; set; }

    public string? LastError { get; set; }

    public long Revision { get; set; }
}

/// <summary>A message from another site that has taken effect: unique by source, incarnation, stream and sequence.</summary>
internal sealed class InboxReceipt
{
    public required string Source { get; set; }

    public Guid Incarnation { get; set; }

    public required string Stream { get; set; }

    public long Sequence { get; set; }

    public DateTime At { get; set; }
}

/// <summary>
/// A committed change, in order: what SQL Monitor reads to wake components and to feed live views. Written by the context for
/// every changed row of a kind that views follow, in the same transaction.
/// </summary>
internal sealed class ChangeRow
{
    public long Sequence { get; set; }

    public required string Kind { get; set; }

    public required string Id { get; set; }

    public long Revision { get; set; }

    public DateTime At { get; set; }
}

/// <summary>One engine per primary. The fence grows with each taking; a writer with an older one changes nothing.</summary>
internal sealed class EngineLease
{
    public required string Name { get; set; }

    public required string Owner { get; set; }

    public long Fence { get; set; }

    public DateTime HeartbeatAt { get; set; }

    public DateTime ExpiresAt { get; set; }
}

/// <summary>A counter that survives restarts (job ids).</summary>
internal sealed class Counter
{
    public required string Name { get; set; }

    public long Value { get; set; }
}
