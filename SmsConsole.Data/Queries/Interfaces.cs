namespace SmsConsole.Data.Queries;

/// <summary>Filters of the sites list; the base's Search matches code and name.</summary>
public sealed record SiteListQuery(string? Search = null, string? Sort = null, int Page = 1, int PageSize = 50, SiteStatus? Status = null, SiteType? Type = null, string? ParentCode = null)
    : ListQuery(Search, Sort, Page, PageSize);

/// <summary>Filters of the jobs list; Search matches id, comment and destination.</summary>
public sealed record JobListQuery(string? Search = null, string? Sort = null, int Page = 1, int PageSize = 50, JobStatus? Status = null, string? Destination = null)
    : ListQuery(Search, Sort, Page, PageSize);

/// <summary>Filters of the status message viewer, newest first. <paramref name="Before"/> is the id to continue below (keyset paging).</summary>
public sealed record StatusListQuery(string? Search = null, string? SiteCode = null, string? Component = null, Severity? AtLeast = null, int? MessageId = null, long? Before = null, int PageSize = 50)
{
    /// <summary>Where counting stops: a total of this many means "at least".</summary>
    public const int MaximumTotal = 10_000;
}

/// <summary>Reads of sites. Every read opens its own context; nothing returned is tracked.</summary>
public interface ISiteQueries
{
    Task<Page<SiteRow>> ListAsync(SiteListQuery query, CancellationToken cancellationToken = default);

    /// <summary>Every row of the list in its order, whatever the page; each once, even while the list changes.</summary>
    IAsyncEnumerable<SiteRow> AllAsync(SiteListQuery query, CancellationToken cancellationToken = default);

    /// <summary>Null where there is no such site.</summary>
    Task<SiteDetails?> FindAsync(string code, CancellationToken cancellationToken = default);

    Task<IReadOnlyList<SiteHistoryRow>> HistoryAsync(string code, CancellationToken cancellationToken = default);

    /// <summary>The current image of that kind, or null.</summary>
    Task<ControlImageRow?> ControlImageAsync(string code, ControlImageKind kind, CancellationToken cancellationToken = default);

    /// <summary>All stored versions, newest first, without their text.</summary>
    Task<IReadOnlyList<ControlImageRow>> ControlImagesAsync(string code, CancellationToken cancellationToken = default);

    Task<HomeSummary> HomeAsync(CancellationToken cancellationToken = default);
}

/// <summary>Reads of jobs and send requests.</summary>
public interface IJobQueries
{
    Task<Page<JobRow>> ListAsync(JobListQuery query, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="ISiteQueries.AllAsync"/>
    IAsyncEnumerable<JobRow> AllAsync(JobListQuery query, CancellationToken cancellationToken = default);

    Task<JobRow?> FindAsync(string id, CancellationToken cancellationToken = default);

    Task<Page<SendRequestRow>> SendRequestsAsync(ListQuery query, string? jobId = null, CancellationToken cancellationToken = default);
}

/// <summary>Reads of status messages, audit and users.</summary>
public interface IStatusQueries
{
    Task<Page<StatusMessageRow>> ListAsync(StatusListQuery query, CancellationToken cancellationToken = default);

    /// <summary>Every message, newest first, some at a time; its <see cref="StatusListQuery.PageSize"/> does not matter.</summary>
    IAsyncEnumerable<StatusMessageRow> AllAsync(StatusListQuery query, CancellationToken cancellationToken = default);

    Task<Page<AuditRow>> AuditAsync(ListQuery query, CancellationToken cancellationToken = default);

    /// <summary>Every entry of the audit that has that text, newest first, some at a time.</summary>
    IAsyncEnumerable<AuditRow> AllAuditAsync(string? search, CancellationToken cancellationToken = default);

    Task<Page<UserRow>> UsersAsync(ListQuery query, CancellationToken cancellationToken = default);

    /// <summary>True while nobody may sign in yet.</summary>
    Task<bool> NeedsFirstAdministratorAsync(CancellationToken cancellationToken = default);
}
