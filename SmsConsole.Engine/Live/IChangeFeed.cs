namespace SmsConsole.Engine;

/// <summary>What kind of thing changed.</summary>
public enum ChangeKind
{
    Site,
    Job,
    SendRequest,
    StatusMessage,
    User,

    /// <summary>Something was written to the audit; it has no id.</summary>
    Audit,

    /// <summary>Some changes were missed: read everything again.</summary>
    Resync,
}

/// <summary>Says that something changed, never what to: the page asks again.</summary>
/// <param name="Sequence">Grows by one per event of a feed.</param>
/// <param name="Id">Site code, job id, ...</param>
public sealed record ChangeEvent(long Sequence, ChangeKind Kind, string Id, long Revision, DateTimeOffset At);

/// <summary>
/// Committed changes, in order, to everyone who listens. Subscribe first, then read the snapshot, then enumerate: nothing falls between.
/// A listener that falls behind gets one <see cref="ChangeKind.Resync"/> in place of what it missed.
/// </summary>
public interface IChangeFeed
{
    /// <summary>The number of the last change; as long as it is the same, nothing has changed.</summary>
    long Sequence { get; }

    /// <summary>Listening starts with this call, not with the first enumeration.</summary>
    IChangeSubscription Subscribe(Func<ChangeEvent, bool>? filter = null);
}

/// <summary>One listener; dispose to stop.</summary>
public interface IChangeSubscription : IDisposable
{
    IAsyncEnumerable<ChangeEvent> ReadAsync(CancellationToken cancellationToken);
}
