namespace SmsConsole.Data.Queries;

/// <summary>One page of a list. <paramref name="Total"/> counts all rows that match; <paramref name="AsOf"/> is when it was read.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, long Total, DateTimeOffset AsOf);

/// <summary>What a list asks for. <paramref name="Sort"/> is a field name, "-" before it for descending. Pages count from 1.</summary>
public record ListQuery(string? Search = null, string? Sort = null, int Page = 1, int PageSize = 50)
{
    public const int MaximumPageSize = 500;
}

/// <summary>Why something does not move: the text says what it waits for, since when, and until when where that is known.</summary>
public sealed record WaitRow(string Text, DateTimeOffset Since, DateTimeOffset? Until);

/// <summary>A site as lists and the tree show it.</summary>
public sealed record SiteRow(
    string Code,
    string Name,
    SiteType Type,
    string? ParentCode,
    SiteStatus Status,
    DetailedStatus DetailedStatus,
    int Phase,
    string PhaseText,
    bool UnderConstruction,
    WaitRow? WaitingFor,
    string? Version,
    DateTimeOffset? LastReportAt,
    long Revision)
{
    public int DetailedStatusCode => (int)DetailedStatus;
}

/// <summary>One of the four phases of an installation: what, when, how long, how many bytes.</summary>
/// <param name="Number">1 to 4 (seed 000).</param>
/// <param name="JobId">The system job that carries it; null in phase 4, which the secondary itself carries.</param>
public sealed record PhaseRow(
    int Number,
    PhaseState State,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    string? JobId,
    string? JobComment,
    long BytesTotal,
    long BytesSent,
    WaitRow? WaitingFor,
    string? Error);

/// <summary>State of one phase.</summary>
public enum PhaseState
{
    Waiting,
    Running,
    Done,
    Failed,
}

/// <summary>Everything the details page shows of one site.</summary>
public sealed record SiteDetails(
    SiteRow Site,
    string InstallDirectory,
    AddressRow? Address,
    IReadOnlyList<PhaseRow> Phases,
    SiteFailure? Failure,
    IReadOnlyList<ServiceRow> Services,
    string? Incarnation,
    string? PublicKeyFingerprint,
    DateTimeOffset CreatedAt,
    DateTimeOffset AsOf);

/// <summary>A failure in the administrator's words.</summary>
/// <param name="EventId">The documented event number (382 ...), or 0.</param>
/// <param name="Reason">What went wrong.</param>
/// <param name="WhatToDo">The way on.</param>
public sealed record SiteFailure(int EventId, string Reason, string WhatToDo, DateTimeOffset At, bool CanRetry);

/// <summary>A service of a site as last reported.</summary>
public sealed record ServiceRow(string Name, string State, DateTimeOffset? Since, int Restarts);

/// <summary>An address without its secrets.</summary>
public sealed record AddressRow(string Destination, string Sender, LinkTransport Transport, string? Host, int? Port, string? User, bool HasPrivateKey, string? HostKey, string? HostKeyFingerprint, string Directory);

/// <summary>One step in a site's life.</summary>
public sealed record SiteHistoryRow(long Id, DateTimeOffset At, SiteStatus FromStatus, DetailedStatus FromDetailed, SiteStatus ToStatus, DetailedStatus ToDetailed, int FromPhase, int ToPhase, string Why, string Who);

/// <summary>A stored version of a site control image.</summary>
public sealed record ControlImageRow(long Id, string SiteCode, ControlImageKind Kind, long Serial, DateTimeOffset At, string Text, bool IsCurrent);

/// <summary>A system job as the Jobs window shows it.</summary>
public sealed record JobRow(
    string Id,
    string Comment,
    JobType Type,
    JobStatus Status,
    SendingStatus SendingStatus,
    WorkingStatus WorkingStatus,
    string Destination,
    JobPriority Priority,
    int Phase,
    long BytesTotal,
    long BytesSent,
    int Attempts,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    DateTimeOffset? NextTryAt,
    WaitRow? WaitingFor,
    string? Reason,
    long Revision);

/// <summary>A send request in an outbox.</summary>
public sealed record SendRequestRow(string Id, string JobId, string Destination, string Outbox, JobPriority Priority, SendingStatus State, long BytesTotal, long BytesSent, int Attempts, DateTimeOffset? NextTryAt, DateTimeOffset? Heartbeat, string? Reason);

/// <summary>A status message: a numbered event of a component at a site.</summary>
public sealed record StatusMessageRow(long Id, DateTimeOffset At, string SiteCode, string Component, int MessageId, Severity Severity, string Text);

/// <summary>A row of the audit: who did what to what.</summary>
public sealed record AuditRow(long Id, DateTimeOffset At, string Who, string Action, string Target, string? Before, string? After, bool Succeeded);

/// <summary>A person who may sign in.</summary>
/// <param name="LockedOut">After too many failures, sign-ins from some address have to wait; from others they do not.</param>
public sealed record UserRow(string UserName, Role Role, bool Disabled, bool LockedOut, DateTimeOffset? LastSignInAt);

/// <summary>Numbers and lists of the home page.</summary>
/// <param name="UnderWay">Sites that are being installed or upgraded, the longest waiting first; as many as the page has room for.</param>
public sealed record HomeSummary(
    IReadOnlyDictionary<SiteStatus, int> SitesByStatus,
    IReadOnlyList<SiteRow> UnderWay,
    IReadOnlyList<JobRow> Running,
    IReadOnlyList<AttentionRow> Attention,
    IReadOnlyList<StatusMessageRow> Recent,
    EngineRow? Engine,
    DateTimeOffset AsOf);

/// <summary>Something that needs a person.</summary>
public sealed record AttentionRow(string SiteCode, string Title, string Reason, DateTimeOffset Since);

/// <summary>The engine that holds the lease.</summary>
public sealed record EngineRow(string Owner, long Fence, DateTimeOffset HeartbeatAt, bool Alive);
