using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using SmsConsole.Data.Jobs;
using SmsConsole.Data.Operations;
using SmsConsole.Data.Queries;
using SmsConsole.Data.Security;
using SmsConsole.Data.Sites;
using SmsConsole.Data.Status;
using SmsConsole.TestKit;

namespace SmsConsole.Data.Tests.SqlServer;

/// <summary>What can be proved of SQL Server without one: all SQL is well-formed and names only what the schema has.</summary>
public sealed class TransactSqlTests : IDisposable
{
    private readonly SilentServer _server = new();
    private readonly ManualTimeProvider _clock = new();
    private readonly WriterQueue _writers = new();
    private readonly SmsDataOptions _options = new() { Provider = SmsProvider.SqlServer, ConnectionString = "Server=nowhere;Database=SiteControl", MaxBatchSize = 1 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Script_Idempotent_ParsesAndCreatesTheModel()
    {
        using var context = new SqlServerDesignTimeFactory().CreateDbContext([]);
        var script = context.GetService<IMigrator>().GenerateScript(options: MigrationsSqlGenerationOptions.Idempotent);
        var sql = new TSql(context);
        Assert.Equal(sql.Columns.Order(), TSql.Created(script).Where(c => !c.StartsWith("__EF", StringComparison.Ordinal)).Order());
        Assert.Empty(sql.Problems(script));
        Assert.Empty(TSql.AddedAndNamedInOneBatch(script));
    }

    [Theory]
    [InlineData("ALTER TABLE [Sites] ADD [New] int; UPDATE [Sites] SET [New] = 1;", 1)]
    [InlineData("ALTER TABLE [Sites] ADD [New] int; EXEC(N'UPDATE [Sites] SET [New] = 1;');", 0)]
    [InlineData("ALTER TABLE [Sites] ADD [New] int;\nGO\nUPDATE [Sites] SET [New] = 1;", 0)]
    public void AddedAndNamedInOneBatch_Script_FindsWhatTheServerWouldRefuse(string script, int problems) =>
        Assert.Equal(problems, TSql.AddedAndNamedInOneBatch(script).Count);

    [Theory]
    [InlineData("SELECT [s].[Code] FROM [Sites] AS [s]", 0)]
    [InlineData("SELECT [s].[Kode] FROM [Sites] AS [s]", 1)]
    [InlineData("SELECT [s].[Code] FROM [Seits] AS [s]", 2)]
    [InlineData("SELECT [x].[Code] FROM [Sites] AS [s]", 1)]
    [InlineData("SELECT [t].[Name] FROM (SELECT [s].[Code] FROM [Sites] AS [s]) AS [t]", 1)]
    [InlineData("UPDATE [Sites] SET [Nam] = 1 WHERE [Code] = 2", 1)]
    [InlineData("INSERT INTO [Counters] ([Name], [Valeu]) VALUES (1, 2)", 1)]
    [InlineData("DELETE FROM [s] FROM [Sites] AS [s] WHERE [s].[Code] = 'A'", 0)]
    [InlineData("SELECT FROM WHERE", 1)]
    [InlineData("EXEC(N'UPDATE [Sites] SET [Nam] = 1')", 1)]
    [InlineData("SELECT [d].[name] FROM [sys].[columns] [d]", 0)]
    public void Problems_Statement_FindsWhatIsWrong(string statement, int problems)
    {
        using var context = new SqlServerDesignTimeFactory().CreateDbContext([]);
        Assert.Equal(problems, new TSql(context).Problems(statement).Count);
    }

    [Fact]
    public async Task Queries_AllWithAllSortsAndFilters_AreValid()
    {
        var store = Store();
        var sites = new SiteQueries(store, _clock);
        var jobs = new JobQueries(store, _clock);
        var status = new StatusQueries(store, _clock);

        foreach (var sort in BothWays("code", "name", "status", "phase", "type", "parentCode", "version", "lastReportAt"))
        {
            await sites.ListAsync(new SiteListQuery("x", sort, 2, 1, SiteStatus.Active, SiteType.Secondary, "P01"), Cancellation);
        }

        foreach (var sort in BothWays("createdAt", "id", "destination", "status", "type", "comment", "priority"))
        {
            await jobs.ListAsync(new JobListQuery("x", sort, 2, 1, JobStatus.Active, "S01"), Cancellation);
        }

        foreach (var sort in BothWays("id", "destination", "jobId", "state"))
        {
            await jobs.SendRequestsAsync(new ListQuery("x", sort, 2, 1), "P0100001", Cancellation);
        }

        foreach (var sort in BothWays("at", "who", "target"))
        {
            await status.AuditAsync(new ListQuery("x", sort, 2, 1), Cancellation);
        }

        foreach (var sort in BothWays("userName", "lastSignInAt"))
        {
            await status.UsersAsync(new ListQuery("x", sort, 2, 1), Cancellation);
        }

        await status.ListAsync(new StatusListQuery(PageSize: 1), Cancellation);
        await status.ListAsync(new StatusListQuery("x", "S01", "Sender", Severity.Warning, 382, 7, 1), Cancellation);
        await status.NeedsFirstAdministratorAsync(Cancellation);
        await jobs.FindAsync("P0100001", Cancellation);
        await sites.HistoryAsync("S01", Cancellation);
        await sites.ControlImageAsync("S01", ControlImageKind.Actual, Cancellation);
        await sites.ControlImagesAsync("S01", Cancellation);
        await sites.HomeAsync(Cancellation);

        var all = _server.Commands.Count;
        await foreach (var _ in sites.AllAsync(new SiteListQuery("x", "name", Status: SiteStatus.Active), Cancellation))
        {
        }

        await foreach (var _ in jobs.AllAsync(new JobListQuery("x", "priority", Status: JobStatus.Active), Cancellation))
        {
        }

        await foreach (var _ in status.AllAsync(new StatusListQuery("x", "S01", AtLeast: Severity.Warning), Cancellation))
        {
        }

        await foreach (var _ in status.AllAuditAsync("x", Cancellation))
        {
        }

        Assert.InRange(_server.Commands.Count, all + 6, all + 12);
        var details = _server.Commands.Count;
        await sites.FindAsync("S01", Cancellation);
        Assert.Contains(_server.Commands.Skip(details), c => c.Contains("[Jobs]", StringComparison.Ordinal));
        AssertValid(50);
    }

    [Fact]
    public async Task Writes_EveryEntityAddedChangedDeleted_AreValid()
    {
        var store = Store();
        object[] entities =
        [
            Rows.Primary(), Rows.Job("P0100001", "S01"), Rows.Message("P01"), Rows.Step("P01", 1, default, default),
            new SiteControlImage { SiteCode = "P01", Text = "x" },
            new SiteAddress { Destination = "S01", Sender = "Lan", Directory = "/sms" },
            new SendRequestState { Id = "R1", JobId = "P0100001", Destination = "S01", Outbox = "LAN" },
            new AuditEntry { Who = "ann", Action = "site.create", Target = "S01" },
            new Operation { Kind = "PlaceJob", Subject = "P0100001" },
            new EndedSession { Id = "0123", UserName = "ann" },
            new InboxReceipt { Source = "S01", Stream = "status" },
            new EngineLease { Name = "engine", Owner = "host" },
            new Counter { Name = "Job" },
            new ConsoleUser { UserName = "ann" },
        ];
        foreach (var entity in entities)
        {
            await store.InTransactionAsync(
                async (context, token) =>
                {
                    context.Add(entity);
                    await context.SaveChangesAsync(token);
                    foreach (var property in context.Entry(entity).Properties.Where(p => !p.Metadata.IsPrimaryKey()))
                    {
                        property.IsModified = true;
                    }

                    await context.SaveChangesAsync(token);
                    context.Remove(entity);
                },
                Cancellation);
        }

        await store.PruneChangesAsync(10, Cancellation);
        await store.InTransactionAsync(
            (context, token) => context.Sites.Where(s => s.Code == "S01" && s.Revision == 1).ExecuteUpdateAsync(s => s.SetProperty(x => x.Status, SiteStatus.Failed).SetProperty(x => x.Revision, x => x.Revision + 1), token),
            Cancellation);
        Assert.Contains(_server.Commands, c => c.Contains("sp_getapplock", StringComparison.Ordinal));
        AssertValid(50);
    }

    [Fact]
    public async Task Writes_ManyRowsAtOnce_AreValid()
    {
        _options.MaxBatchSize = null;

        // The answer to a whole batch is more than the silent server gives; its text is what counts here.
        await Record.ExceptionAsync(() => Store().InTransactionAsync(
            (context, _) =>
            {
                context.AddRange(Enumerable.Range(0, 8).Select(_ => Rows.Message("S01")));
                return Task.CompletedTask;
            },
            Cancellation));
        Assert.Contains(_server.Commands, c => c.Contains("MERGE", StringComparison.Ordinal));
        AssertValid(2);
    }

    [Fact]
    public async Task SaveChangesAsync_WithoutATransaction_TakesTheWritersTurnFirst()
    {
        await using var context = Contexts().CreateDbContext();
        context.Add(new Counter { Name = "Job" });
        await context.SaveChangesAsync(Cancellation);
        Assert.Contains("sp_getapplock", _server.Commands[0], StringComparison.Ordinal);
        Assert.Contains("INSERT INTO [Counters]", _server.Commands[^1], StringComparison.Ordinal);
    }

    public void Dispose() => _writers.Dispose();

    private SmsContextFactory Contexts() => new(_options, _clock, _writers, null, _server);

    private SmsStore Store() => new(Contexts(), _writers);

    private void AssertValid(int atLeast)
    {
        using var context = new SqlServerDesignTimeFactory().CreateDbContext([]);
        var sql = new TSql(context);
        Assert.True(_server.Commands.Count >= atLeast, $"Only {_server.Commands.Count} commands were seen.");
        Assert.Empty(_server.Commands.SelectMany(c => sql.Problems(c).Select(p => $"{p} in {c}")));
    }

    private static IEnumerable<string> BothWays(params string[] names) => names.SelectMany(n => new[] { n, "-" + n });
}
