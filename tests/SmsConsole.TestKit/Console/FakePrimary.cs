using System.Runtime.CompilerServices;
using SmsConsole.Data.Queries;
using SmsConsole.Engine;

namespace SmsConsole.TestKit;

/// <summary>
/// A primary site in memory, for pages and the API: its queries answer from the lists a test fills, its commands change them, say so
/// through the feed, and refuse whom the real ones refuse.
/// </summary>
public sealed class FakePrimary : ISiteQueries, IJobQueries, IStatusQueries, ISiteCommands, IJobCommands
{
    public static readonly DateTimeOffset Start = new(2026, 1, 5, 8, 0, 0, TimeSpan.Zero);

    public FakePrimary() => Sites.Add(Details(Row("P01", "Primary site", SiteType.Primary, null, SiteStatus.Active)));

    public FakeChangeFeed Feed { get; } = new();

    public FakeUsers Users { get; } = new();

    public List<SiteDetails> Sites { get; } = [];

    public List<SiteHistoryRow> History { get; } = [];

    public List<ControlImageRow> Images { get; } = [];

    public List<JobRow> Jobs { get; } = [];

    public List<SendRequestRow> SendRequests { get; } = [];

    public List<StatusMessageRow> Messages { get; } = [];

    public List<AuditRow> Audits { get; } = [];

    public List<AttentionRow> Attention { get; } = [];

    public EngineRow? Engine { get; set; } = new("host/1", 1, Start, true);

    public List<PreflightCheck> Checks { get; } =
    [
        new("Site code", CheckOutcome.Passed, "S01 is free.", "site.codeTaken", "code"),
        new("Host", CheckOutcome.Passed, "Reached in 12 ms.", "address.unreachable", "address.host"),
        new("Install directory", CheckOutcome.Passed, "Does not exist; it will be created.", "directory.notEmpty", "installDirectory"),
    ];

    public List<OfferedHostKey> HostKeys { get; } = [new("ssh-ed25519", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFake", "SHA256:u4tN0c8Lw2o0Zk1S4ZfQW5wNfmfQw4eVn5vN6m0fake")];

    public List<string> LogLines { get; } = ["08:00:00 started", "08:00:01 ready"];

    /// <summary>Queries throw this.</summary>
    public Exception? Broken { get; set; }

    /// <summary>What a command such as "retry S01" throws, or null.</summary>
    public Func<string, Exception?> Fails { get; set; } = _ => null;

    /// <summary>Queries wait for it.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>The checks of a new site wait for it.</summary>
    public Task CheckGate { get; set; } = Task.CompletedTask;

    /// <summary>How many questions the queries were asked.</summary>
    public int Questions { get; private set; }

    /// <summary>What was asked of the commands, such as "retry S01".</summary>
    public List<string> Commanded { get; } = [];

    public static SiteRow Row(string code, string name, SiteType type = SiteType.Secondary, string? parent = "P01", SiteStatus status = SiteStatus.Active, DetailedStatus detailed = DetailedStatus.None, int phase = 0, string phaseText = "", WaitRow? wait = null) =>
        new(code, name, type, parent, status, detailed, phase, phaseText, status is SiteStatus.Pending or SiteStatus.Upgrade, wait, status == SiteStatus.Active ? "1.0.0" : null, status == SiteStatus.Active ? Start : null, 1);

    public static SiteDetails Details(SiteRow site, SiteFailure? failure = null, params PhaseRow[] phases) =>
        new(site, "/opt/sms", site.Type == SiteType.Primary ? null : new AddressRow(site.Code, "Lan", LinkTransport.Ssh, "branch.example", 22, "sms", true, "ssh-ed25519 AAAA", "SHA256:abc", "/opt/sms"), phases, failure, [], Guid.Empty.ToString(), null, Start, Start);

    public static JobRow Job(string id, string destination = "S01", JobStatus status = JobStatus.Active, JobType type = JobType.SiteInstall, long total = 1000, long sent = 400, string? reason = null) =>
        new(id, $"{(type == JobType.SiteInstall ? "Site Install Job" : type == JobType.Bootstrap ? "Bootstrap Job" : "Site Control Job")} for {destination}", type, status, SendingStatus.Sending, WorkingStatus.None, destination, JobPriority.High, 2, total, sent, 1, Start, Start, null, null, null, reason, 1);

    async Task<Page<SiteRow>> ISiteQueries.ListAsync(SiteListQuery query, CancellationToken cancellationToken)
    {
        await MayAnswerAsync(cancellationToken);
        return Paged(Sites.Select(s => s.Site).Where(s =>
            Matches(query.Search, s.Code, s.Name) && (query.Status is null || s.Status == query.Status) && (query.Type is null || s.Type == query.Type) && (query.ParentCode is null || s.ParentCode == query.ParentCode))
            .OrderBy(s => s.Type).ThenBy(s => s.Code, StringComparer.Ordinal), query.Page, query.PageSize);
    }

    async IAsyncEnumerable<SiteRow> ISiteQueries.AllAsync(SiteListQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var site in (await ((ISiteQueries)this).ListAsync(query with { Page = 1, PageSize = int.MaxValue }, cancellationToken)).Items)
        {
            yield return site;
        }
    }

    async Task<SiteDetails?> ISiteQueries.FindAsync(string code, CancellationToken cancellationToken)
    {
        await MayAnswerAsync(cancellationToken);
        return Sites.Find(s => s.Site.Code == code);
    }

    public async Task<IReadOnlyList<SiteHistoryRow>> HistoryAsync(string code, CancellationToken cancellationToken = default)
    {
        await MayAnswerAsync(cancellationToken);
        return [.. History];
    }

    public async Task<ControlImageRow?> ControlImageAsync(string code, ControlImageKind kind, CancellationToken cancellationToken = default)
    {
        await MayAnswerAsync(cancellationToken);
        return Images.Find(i => i.SiteCode == code && i.Kind == kind && i.IsCurrent);
    }

    public async Task<IReadOnlyList<ControlImageRow>> ControlImagesAsync(string code, CancellationToken cancellationToken = default)
    {
        await MayAnswerAsync(cancellationToken);
        return [.. Images.Where(i => i.SiteCode == code)];
    }

    public async Task<HomeSummary> HomeAsync(CancellationToken cancellationToken = default)
    {
        await MayAnswerAsync(cancellationToken);
        return new HomeSummary(Sites.GroupBy(s => s.Site.Status).ToDictionary(g => g.Key, g => g.Count()), [.. Sites.Select(s => s.Site).Where(s => s.UnderConstruction)], [.. Jobs.Where(j => j.Status is JobStatus.Active or JobStatus.Retrying or JobStatus.Pending)], [.. Attention], [.. Messages.Take(5)], Engine, Start);
    }

    async Task<Page<JobRow>> IJobQueries.ListAsync(JobListQuery query, CancellationToken cancellationToken)
    {
        await MayAnswerAsync(cancellationToken);
        return Paged(Jobs.Where(j => Matches(query.Search, j.Id, j.Comment, j.Destination) && (query.Status is null || j.Status == query.Status) && (query.Destination is null || j.Destination == query.Destination)), query.Page, query.PageSize);
    }

    async IAsyncEnumerable<JobRow> IJobQueries.AllAsync(JobListQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var job in (await ((IJobQueries)this).ListAsync(query with { Page = 1, PageSize = int.MaxValue }, cancellationToken)).Items)
        {
            yield return job;
        }
    }

    async Task<JobRow?> IJobQueries.FindAsync(string id, CancellationToken cancellationToken)
    {
        await MayAnswerAsync(cancellationToken);
        return Jobs.Find(j => j.Id == id);
    }

    public async Task<Page<SendRequestRow>> SendRequestsAsync(ListQuery query, string? jobId = null, CancellationToken cancellationToken = default)
    {
        await MayAnswerAsync(cancellationToken);
        return Paged(SendRequests.Where(r => jobId is null || r.JobId == jobId), query.Page, query.PageSize);
    }

    async Task<Page<StatusMessageRow>> IStatusQueries.ListAsync(StatusListQuery query, CancellationToken cancellationToken)
    {
        await MayAnswerAsync(cancellationToken);
        var all = Messages.Where(m => Matches(query.Search, m.Text) && (query.SiteCode is null || m.SiteCode == query.SiteCode) && (query.Component is null || m.Component == query.Component)
            && (query.AtLeast is null || m.Severity >= query.AtLeast) && (query.MessageId is null || m.MessageId == query.MessageId)).OrderByDescending(m => m.Id).ToList();
        return new Page<StatusMessageRow>([.. all.Where(m => query.Before is null || m.Id < query.Before).Take(query.PageSize)], all.Count, Start);
    }

    async IAsyncEnumerable<StatusMessageRow> IStatusQueries.AllAsync(StatusListQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var message in (await ((IStatusQueries)this).ListAsync(query with { PageSize = int.MaxValue }, cancellationToken)).Items)
        {
            yield return message;
        }
    }

    async IAsyncEnumerable<AuditRow> IStatusQueries.AllAuditAsync(string? search, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var entry in (await AuditAsync(new ListQuery(search, PageSize: int.MaxValue), cancellationToken)).Items)
        {
            yield return entry;
        }
    }

    public async Task<Page<AuditRow>> AuditAsync(ListQuery query, CancellationToken cancellationToken = default)
    {
        await MayAnswerAsync(cancellationToken);
        return Paged(Audits.Where(a => Matches(query.Search, a.Who, a.Action, a.Target)), query.Page, query.PageSize);
    }

    public async Task<Page<UserRow>> UsersAsync(ListQuery query, CancellationToken cancellationToken = default)
    {
        await MayAnswerAsync(cancellationToken);
        return Paged(Users.Rows.Where(u => Matches(query.Search, u.UserName)), query.Page, query.PageSize);
    }

    public async Task<bool> NeedsFirstAdministratorAsync(CancellationToken cancellationToken = default)
    {
        await MayAnswerAsync(cancellationToken);
        return !Users.Rows.Any(u => u.Role == Role.Administrator);
    }

    public async Task<CommandResult<PreflightReport>> PreflightAsync(Actor actor, NewSite site, CancellationToken cancellationToken = default)
    {
        await CheckGate;
        return Refused(actor, Role.Operator) is { } refused ? refused : new PreflightReport([.. Checks], Start);
    }

    public Task<CommandResult<SiteRow>> CreateSecondarySiteAsync(Actor actor, NewSite site, CancellationToken cancellationToken = default)
    {
        if (Refused(actor, Role.Administrator) is { } refused)
        {
            return Task.FromResult<CommandResult<SiteRow>>(refused);
        }

        var errors = new List<CommandError>();
        if (site.Code.Length != 3)
        {
            errors.Add(new CommandError(CommandErrorKind.Invalid, "site.code", "A site code has three characters.", "code"));
        }

        errors.AddRange(Checks.Where(c => c.Outcome == CheckOutcome.Failed).Select(c => new CommandError(CommandErrorKind.Invalid, c.Code, c.Text, c.Field)));
        if (Sites.Exists(s => s.Site.Code == site.Code))
        {
            errors.Add(new CommandError(CommandErrorKind.Conflict, "site.codeTaken", $"There is a site {site.Code} already.", "code"));
        }

        if (errors.Count > 0)
        {
            return Task.FromResult<CommandResult<SiteRow>>(errors.ToArray());
        }

        var row = Row(site.Code, site.Name, status: SiteStatus.Pending, detailed: DetailedStatus.NewSite);
        Sites.Add(Details(row));
        Commanded.Add($"create {site.Code}");
        Feed.Publish(ChangeKind.Site, site.Code);
        return Task.FromResult<CommandResult<SiteRow>>(row);
    }

    Task<CommandResult> ISiteCommands.RetryAsync(Actor actor, string code, CancellationToken cancellationToken) =>
        Do(actor, $"retry {code}", ChangeKind.Site, code, Sites.Find(s => s.Site.Code == code) switch
        {
            null => new CommandError(CommandErrorKind.NotFound, "site.notFound", $"There is no site {code}."),
            { Failure.CanRetry: true } => null,
            _ => new CommandError(CommandErrorKind.Conflict, "site.notFailed", $"Site {code} has not failed."),
        });

    public Task<CommandResult<IReadOnlyList<OfferedHostKey>>> ScanHostKeysAsync(Actor actor, string host, int port, CancellationToken cancellationToken = default)
    {
        CommandResult<IReadOnlyList<OfferedHostKey>> result = Refused(actor, Role.Operator) is { } refused ? refused
            : HostKeys.Count == 0 ? new CommandError(CommandErrorKind.Invalid, "host.unreachable", $"{host} does not answer on port {port}.", "address.host")
            : CommandResult.Of<IReadOnlyList<OfferedHostKey>>([.. HostKeys]);
        return Task.FromResult(result);
    }

    public Task<CommandResult<LogSlice>> ReadLogAsync(Actor actor, string code, string component, long offset, CancellationToken cancellationToken = default) =>
        Fails($"log {code}") is { } failure ? Task.FromException<CommandResult<LogSlice>>(failure) : Task.FromResult<CommandResult<LogSlice>>(Sites.Exists(s => s.Site.Code == code)
            ? new LogSlice(component, offset < 0 ? [.. LogLines] : [.. LogLines.Skip((int)offset)], LogLines.Count, Start)
            : new CommandError(CommandErrorKind.NotFound, "site.notFound", $"There is no site {code}."));

    public Task<CommandResult> CancelAsync(Actor actor, string jobId, CancellationToken cancellationToken = default) => DoJob(actor, $"cancel {jobId}", jobId);

    Task<CommandResult> IJobCommands.RetryAsync(Actor actor, string jobId, CancellationToken cancellationToken) => DoJob(actor, $"retry {jobId}", jobId);

    public Task<CommandResult> SetPriorityAsync(Actor actor, string jobId, JobPriority priority, CancellationToken cancellationToken = default) => DoJob(actor, $"priority {jobId} {priority}", jobId);

    internal static CommandError? Refused(Actor actor, Role least) =>
        actor.Role >= least ? null : new CommandError(CommandErrorKind.Forbidden, $"role.{least.ToString().ToLowerInvariant()}", $"This needs the role {least}.");

    private static bool Matches(string? search, params string[] texts) => string.IsNullOrEmpty(search) || texts.Any(t => t.Contains(search, StringComparison.OrdinalIgnoreCase));

    private static Page<T> Paged<T>(IEnumerable<T> all, int page, int size)
    {
        var list = all.ToList();
        return new Page<T>([.. list.Skip((page - 1) * size).Take(size)], list.Count, Start);
    }

    private async Task MayAnswerAsync(CancellationToken cancellationToken)
    {
        Questions++;
        await Gate.WaitAsync(cancellationToken);
        if (Broken is { } broken)
        {
            throw broken;
        }
    }

    private Task<CommandResult> DoJob(Actor actor, string what, string id) =>
        Do(actor, what, ChangeKind.Job, id, Jobs.Exists(j => j.Id == id) ? null : new CommandError(CommandErrorKind.NotFound, "job.notFound", $"There is no job {id}."));

    private Task<CommandResult> Do(Actor actor, string what, ChangeKind kind, string id, CommandError? wrong)
    {
        if ((Refused(actor, Role.Operator) ?? wrong) is { } error)
        {
            return Task.FromResult(CommandResult.Failure(error));
        }

        if (Fails(what) is { } failure)
        {
            return Task.FromException<CommandResult>(failure);
        }

        Commanded.Add(what);
        Feed.Publish(kind, id);
        return Task.FromResult(CommandResult.Success);
    }
}
