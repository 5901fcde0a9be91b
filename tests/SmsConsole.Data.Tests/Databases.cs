using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using SmsConsole.TestKit;

namespace SmsConsole.Data.Tests;

/// <summary>
/// The providers a test runs on: SQLite always, SQL Server when <c>SMSCONSOLE_TEST_SQLSERVER</c> holds the connection string of a
/// server on which databases may be created and dropped. Without it those cases do not exist, so that nothing counts as skipped.
/// </summary>
public sealed class Providers : TheoryData<SmsProvider>
{
    internal static readonly string? SqlServer = Environment.GetEnvironmentVariable("SMSCONSOLE_TEST_SQLSERVER");

    public Providers()
    {
        Add(SmsProvider.Sqlite);
        if (!string.IsNullOrWhiteSpace(SqlServer))
        {
            Add(SmsProvider.SqlServer);
        }
    }
}

/// <summary>A database of its own for one test, gone afterwards.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), "sms-data-" + Guid.NewGuid().ToString("N"));

    private TestDatabase(SmsProvider provider)
    {
        Options = provider == SmsProvider.Sqlite
            ? new SmsDataOptions { ConnectionString = $"Data Source={File}" }
            : new SmsDataOptions
            {
                Provider = provider,
                ConnectionString = new SqlConnectionStringBuilder(Providers.SqlServer) { InitialCatalog = "SmsData" + Guid.NewGuid().ToString("N") }.ConnectionString,
                ApplyMigrations = true,
            };
        Services = BuildServices();
    }

    public ManualTimeProvider Clock { get; } = new();

    public DateTime Now => Clock.GetUtcNow().UtcDateTime;

    public SmsDataOptions Options { get; }

    public ServiceProvider Services { get; }

    public string File => Path.Combine(_directory, "below", "sitecontrol.db");

    public SmsStore Store => Services.GetRequiredService<SmsStore>();

    public ISmsDatabase Database => Services.GetRequiredService<ISmsDatabase>();

    public static TestDatabase Unmigrated(SmsProvider provider) => new(provider);

    public static async Task<TestDatabase> CreateAsync(SmsProvider provider)
    {
        var database = new TestDatabase(provider);
        await database.Database.MigrateAsync(TestContext.Current.CancellationToken);
        return database;
    }

    public SmsContext Open() => Services.GetRequiredService<IDbContextFactory<SmsContext>>().CreateDbContext();

    public T Get<T>()
        where T : notnull => Services.GetRequiredService<T>();

    /// <summary>A second process on the same database: nothing is shared but the database itself.</summary>
    public ServiceProvider BuildServices() =>
        new ServiceCollection().AddSingleton<TimeProvider>(Clock).AddSmsData(Options).BuildServiceProvider();

    public Task AddAsync(params object[] entities) => Store.InTransactionAsync((context, _) =>
    {
        context.AddRange(entities);
        return Task.CompletedTask;
    });

    public async ValueTask DisposeAsync()
    {
        if (Options.Provider == SmsProvider.SqlServer)
        {
            await using var context = Open();
            await context.Database.EnsureDeletedAsync();
        }

        await Services.DisposeAsync();
        using (var connection = new SqliteConnection(Options.Provider == SmsProvider.Sqlite ? SqliteFile.ConnectionString(Options) : ""))
        {
            SqliteConnection.ClearPool(connection);
        }

        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }
}
