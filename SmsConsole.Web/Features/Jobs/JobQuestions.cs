using SmsConsole.Data.Queries;
using SmsConsole.Engine;
using SmsConsole.Web.Components.Shared;
using SmsConsole.Web.Live;

namespace SmsConsole.Web.Features.Jobs;

internal sealed record JobsQuestion(IJobQueries Queries, JobListQuery Query) : LiveListQuestion<JobRow>
{
    public override Task<Page<JobRow>> AskAsync(CancellationToken cancellationToken) => Queries.ListAsync(Query, cancellationToken);

    public override bool IsOutdatedBy(ChangeEvent change, Page<JobRow>? last) => change.Kind == ChangeKind.Job;
}

internal sealed record JobQuestion(IJobQueries Queries, string Id) : LiveQuestion<Found<JobRow>>
{
    public override async Task<Found<JobRow>> AskAsync(CancellationToken cancellationToken) => new(await Queries.FindAsync(Id, cancellationToken));

    public override bool IsOutdatedBy(ChangeEvent change, Found<JobRow>? last) => change.Kind == ChangeKind.Job && change.Id == Id;
}

/// <param name="JobId">Of one job only, or of all.</param>
internal sealed record SendRequestsQuestion(IJobQueries Queries, ListQuery Query, string? JobId) : LiveListQuestion<SendRequestRow>
{
    public override Task<Page<SendRequestRow>> AskAsync(CancellationToken cancellationToken) => Queries.SendRequestsAsync(Query, JobId, cancellationToken);

    public override bool IsOutdatedBy(ChangeEvent change, Page<SendRequestRow>? last) => change.Kind == ChangeKind.SendRequest;
}
