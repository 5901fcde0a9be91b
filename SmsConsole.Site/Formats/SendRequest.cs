namespace SmsConsole.SiteServer.Formats;

/// <summary>State of a send request (KB123221).</summary>
public enum SendState
{
    None,
    Started,
    Connecting,
    Sending,
    Error,
    Invalid,
    Cancelled,
    Suspended,
    Ok,
}

/// <summary>What a send request asks for.</summary>
public enum SendRequestKind
{
    Bootstrap,
    Package,
}

/// <summary>A send request, the content of a .SRQ file; claimed by a sender it is a .SRS file and carries its progress.</summary>
/// <param name="SyncPoint">Bytes the receiver has acknowledged: where to go on.</param>
public sealed record SendRequest(
    string RequestId,
    string JobId,
    string Destination,
    Guid Incarnation,
    int Priority,
    string Outbox,
    SendRequestKind Kind,
    string? PackageFile,
    string? InstructionFile,
    string? PackageName,
    long BytesTotal,
    long SyncPoint,
    SendState State,
    int Attempts,
    int ConnectAttempts,
    DateTimeOffset? NextTryAt,
    DateTimeOffset? Heartbeat,
    string? Reason,
    DateTimeOffset CreatedAt);
