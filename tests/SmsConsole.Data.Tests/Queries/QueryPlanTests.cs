using System.Data.Common;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using SmsConsole.Data.Queries;

namespace SmsConsole.Data.Tests.Queries;

/// <summary>
/// Lists stay as fast with a million rows as with a hundred only if their order is an index's. SQLite says how it would go about a
/// query; a sort or a walk through a whole table is a word in that plan, so this needs neither rows nor a clock.
/// </summary>
public sealed class QueryPlanTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("code")]
    [InlineData("-code")]
    [InlineData("name")]
    [InlineData("-name")]
    [InlineData("status")]
    [InlineData("-status")]
    public async Task Sites_Order_IsAnIndex(string sort) =>
        await AssertNoSortAsync((store, clock) => new SiteQueries(store, clock).ListAsync(new SiteListQuery(Sort: sort), Cancellation));

    [Theory]
    [InlineData(null, null, null)]
    [InlineData("createdAt", null, null)]
    [InlineData("destination", null, null)]
    [InlineData("-destination", null, null)]
    [InlineData("status", null, null)]
    [InlineData("-createdAt", JobStatus.Active, null)]
    [InlineData("-createdAt", null, "S01")]
    public async Task Jobs_Order_IsAnIndex(string? sort, JobStatus? status, string? destination) =>
        await AssertNoSortAsync((store, clock) => new JobQueries(store, clock).ListAsync(new JobListQuery(Sort: sort, Status: status, Destination: destination), Cancellation));

    [Fact]
    public async Task StatusMessages_EachFilter_SearchesAnIndexAndSortsNothing()
    {
        StatusListQuery[] queries =
        [
            new(Before: 100),
            new(SiteCode: "S01", Before: 100),
            new(Component: "Sender", Before: 100),
            new(AtLeast: Severity.Error, Before: 100),
            new(AtLeast: Severity.Warning, SiteCode: "S01", Before: 100),
            new(SiteCode: "S01", Component: "Sender", Before: 100),
            new(MessageId: 382, Before: 100),
        ];
        foreach (var query in queries)
        {
            var plans = await AssertNoSortAsync((store, clock) => new StatusQueries(store, clock).ListAsync(query, Cancellation));
            Assert.All(plans.Where(p => p.Query.Contains("ORDER BY", StringComparison.Ordinal)), p => Assert.StartsWith("SEARCH", p.Plan, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task AuditAndSendRequests_Order_IsAnIndex()
    {
        await AssertNoSortAsync((store, clock) => new StatusQueries(store, clock).AuditAsync(new ListQuery(), Cancellation));
        await AssertNoSortAsync((store, clock) => new JobQueries(store, clock).SendRequestsAsync(new ListQuery(), "P0100001", Cancellation));
    }

    [Fact]
    public async Task Operations_Due_AreSearchedNotSorted() =>
        await AssertNoSortAsync((store, clock) => store.ReadAsync(
            async (context, token) =>
            {
                var now = context.Now;
                await context.Operations.Where(o => o.CompletedAt == null && o.DueAt <= now).OrderBy(o => o.DueAt).ThenBy(o => o.Id).Take(10).ToListAsync(token);
                return await context.Changes.Where(c => c.Sequence > 5).OrderBy(c => c.Sequence).Take(10).ToListAsync(token);
            },
            Cancellation));

    [Fact]
    public async Task Sites_OrderWithoutAnIndex_IsSeenAsASort() =>
        await Assert.ThrowsAnyAsync<Exception>(() => AssertNoSortAsync((store, clock) => new SiteQueries(store, clock).ListAsync(new SiteListQuery(Sort: "version"), Cancellation)));

    private static async Task<List<(string Query, string Plan)>> AssertNoSortAsync<T>(Func<SmsStore, TimeProvider, Task<T>> read)
    {
        await using var database = await TestDatabase.CreateAsync(SmsProvider.Sqlite);
        var planner = new Planner();
        using var writers = new WriterQueue();
        await read(new SmsStore(new SmsContextFactory(database.Options, database.Clock, writers, null, planner), writers), database.Clock);
        Assert.NotEmpty(planner.Plans);
        Assert.All(planner.Plans, p => Assert.DoesNotContain("TEMP B-TREE", p.Plan, StringComparison.Ordinal));
        return planner.Plans;
    }

    private sealed class Planner : DbCommandInterceptor
    {
        public List<(string Query, string Plan)> Plans { get; } = [];

        public override async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
        {
            await using var explain = command.Connection!.CreateCommand();
            explain.CommandText = "EXPLAIN QUERY PLAN " + command.CommandText;
            foreach (DbParameter parameter in command.Parameters)
            {
                var copy = explain.CreateParameter();
                (copy.ParameterName, copy.Value) = (parameter.ParameterName, parameter.Value);
                explain.Parameters.Add(copy);
            }

            var steps = new List<string?>();
            await using var reader = await explain.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                steps.Add(Convert.ToString(reader["detail"], CultureInfo.InvariantCulture));
            }

            Plans.Add((command.CommandText, string.Join("; ", steps)));
            return result;
        }
    }
}
