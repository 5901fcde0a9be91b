using Microsoft.EntityFrameworkCore;
using SmsConsole.Data.Jobs;

namespace SmsConsole.Data.Queries;

/// <inheritdoc/>
internal sealed class JobQueries(SmsStore store, TimeProvider clock) : IJobQueries
{
    private static readonly SortFields<Job> _sorts = new SortFields<Job>("-createdAt")
        .With("createdAt", (rows, down) => rows.By(j => j.CreatedAt, down).Then(j => j.Id, down))
        .With("id", (rows, down) => rows.By(j => j.Id, down))
        .With("destination", (rows, down) => rows.By(j => j.Destination, down).Then(j => j.CreatedAt, down).Then(j => j.Id, down))
        .With("status", (rows, down) => rows.By(j => j.Status, down).Then(j => j.CreatedAt, down).Then(j => j.Id, down))
        .With("type", (rows, down) => rows.By(j => j.Type, down).Then(j => j.CreatedAt, down).Then(j => j.Id, down))
        .With("comment", (rows, down) => rows.By(j => j.Comment, down).Then(j => j.Id, down))

        // Stored by name, where High, Low, Medium is no order.
        .With("priority", (rows, down) => rows
            .By(j => j.Priority == JobPriority.High ? 1 : j.Priority == JobPriority.Medium ? 2 : 3, down)
            .Then(j => j.CreatedAt, down)
            .Then(j => j.Id, down));

    private static readonly SortFields<SendRequestState> _requestSorts = new SortFields<SendRequestState>("id")
        .With("id", (rows, down) => rows.By(r => r.Id, down))
        .With("destination", (rows, down) => rows.By(r => r.Destination, down).Then(r => r.Id, down))
        .With("jobId", (rows, down) => rows.By(r => r.JobId, down).Then(r => r.Id, down))
        .With("state", (rows, down) => rows.By(r => r.State, down).Then(r => r.Id, down));

    public Task<Page<JobRow>> ListAsync(JobListQuery query, CancellationToken cancellationToken = default) =>
        store.ReadAsync((context, token) => Matching(context, query).PageAsync(query, _sorts, Projections.JobRow, clock.GetUtcNow(), token), cancellationToken);

    public IAsyncEnumerable<JobRow> AllAsync(JobListQuery query, CancellationToken cancellationToken = default) =>
        Lists.EachAsync(
            store,
            context => Matching(context, query),
            _sorts.Apply,
            query.Sort,
            j => j.Id,
            (jobs, ids) => jobs.Where(j => ids.Contains(j.Id)),
            Projections.JobRow,
            j => j.Id,
            cancellationToken);

    public Task<JobRow?> FindAsync(string id, CancellationToken cancellationToken = default) =>
        store.ReadAsync(
            (context, token) => context.Jobs.Where(j => j.Id == id).Select(Projections.JobRow).FirstOrDefaultAsync(token),
            cancellationToken);

    public Task<Page<SendRequestRow>> SendRequestsAsync(ListQuery query, string? jobId = null, CancellationToken cancellationToken = default) =>
        store.ReadAsync(
            (context, token) =>
            {
                IQueryable<SendRequestState> requests = context.SendRequests;
                if (jobId is not null)
                {
                    requests = requests.Where(r => r.JobId == jobId);
                }

                if (Lists.Pattern(query.Search) is { } pattern)
                {
                    requests = requests.Where(r => EF.Functions.Like(r.Id, pattern, Lists.Escape)
                        || EF.Functions.Like(r.JobId, pattern, Lists.Escape)
                        || EF.Functions.Like(r.Destination, pattern, Lists.Escape));
                }

                return requests.PageAsync(query, _requestSorts, Projections.SendRequestRow, clock.GetUtcNow(), token);
            },
            cancellationToken);

    private static IQueryable<Job> Matching(SmsContext context, JobListQuery query)
    {
        IQueryable<Job> jobs = context.Jobs;
        if (query.Status is { } status)
        {
            jobs = jobs.Where(j => j.Status == status);
        }

        if (query.Destination is { } destination)
        {
            jobs = jobs.Where(j => j.Destination == destination);
        }

        return Lists.Pattern(query.Search) is { } pattern
            ? jobs.Where(j => EF.Functions.Like(j.Id, pattern, Lists.Escape)
                || EF.Functions.Like(j.Comment, pattern, Lists.Escape)
                || EF.Functions.Like(j.Destination, pattern, Lists.Escape))
            : jobs;
    }
}
