using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using SmsConsole.Data.Queries;

namespace SmsConsole.Data.Tests;

public sealed class MigrationTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void PendingChanges_BothProviders_None()
    {
        using var sqlite = new SqliteDesignTimeFactory().CreateDbContext([]);
        using var sqlServer = new SqlServerDesignTimeFactory().CreateDbContext([]);
        Assert.False(sqlite.Database.HasPendingModelChanges());
        Assert.False(sqlServer.Database.HasPendingModelChanges());
    }

    [Fact]
    public void Names_BothProviders_AreTheSame()
    {
        using var sqlite = new SqliteDesignTimeFactory().CreateDbContext([]);
        using var sqlServer = new SqlServerDesignTimeFactory().CreateDbContext([]);
        var names = Names(sqlite);
        Assert.NotEmpty(names);
        Assert.Equal(names, Names(sqlServer));

        static List<string> Names(DbContext context) => [.. context.Database.GetMigrations().Select(m => m.Split('_', 2)[1])];
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task MigrateAsync_NoDatabase_BecomesReady(SmsProvider provider)
    {
        await using var database = TestDatabase.Unmigrated(provider);
        Assert.False(await database.Database.IsReadyAsync(Cancellation));
        await database.Database.MigrateAsync(Cancellation);
        Assert.True(await database.Database.IsReadyAsync(Cancellation));

        // Again, as at every start.
        await database.Database.MigrateAsync(Cancellation);
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task MigrateAsync_DatabaseOfTheFirstVersion_KeepsItsDataAndGivesSitesTheirPlatform(SmsProvider provider)
    {
        await using var database = TestDatabase.Unmigrated(provider);
        if (provider == SmsProvider.Sqlite)
        {
            SqliteFile.Create(database.File);
        }

        await using (var old = database.Open())
        {
            await old.GetService<IMigrator>().MigrateAsync("Initial", Cancellation);
            await old.Database.ExecuteSqlRawAsync("""
                INSERT INTO "Sites" ("Code", "Name", "Type", "ParentCode", "Status", "DetailedStatus", "Phase", "InstallDirectory", "Incarnation", "EnrolmentTokenHash", "CreatedAt", "Revision") VALUES
                    ('P01', 'Primary site', 'Primary', NULL, 'Active', 'None', 4, '/sms', '11111111-1111-1111-1111-111111111111', NULL, '2026-01-05 08:00:00', 3),
                    ('S01', 'Branch', 'Secondary', 'P01', 'Pending', 'InstJobBegin', 2, '/srv/S01', '22222222-2222-2222-2222-222222222222', NULL, '2026-01-05 08:00:00', 7),
                    ('S02', 'Depot', 'Secondary', 'P01', 'Active', 'None', 4, '/srv/S02', '33333333-3333-3333-3333-333333333333', NULL, '2026-01-05 08:00:00', 9);
                INSERT INTO "SiteHistory" ("SiteCode", "At", "FromStatus", "FromDetailed", "FromPhase", "ToStatus", "ToDetailed", "ToPhase", "Why", "Who") VALUES
                    ('S01', '2026-01-05 08:00:00', 'Pending', 'NewSite', 0, 'Pending', 'PreinstJobBegin', 1, 'next', 'anna');
                INSERT INTO "Operations" ("Kind", "Subject", "PayloadJson", "CreatedAt", "DueAt", "Attempts", "Revision") VALUES
                    ('Enrolled', 'S01', 'linux-arm64', '2026-01-05 08:00:00', '2026-01-05 08:00:00', 0, 0),
                    ('Enrolled', 'S01', 'linux-x64', '2026-01-05 08:00:00', '2026-01-05 08:00:00', 0, 0),
                    ('Enrolled', 'S02', NULL, '2026-01-05 08:00:00', '2026-01-05 08:00:00', 0, 0),
                    ('PlaceJob', 'P0100001', NULL, '2026-01-05 08:00:00', '2026-01-05 08:00:00', 0, 0);
                """, Cancellation);
        }

        await database.Database.MigrateAsync(Cancellation);

        Assert.True(await database.Database.IsReadyAsync(Cancellation));
        await using var context = database.Open();
        var sites = await context.Sites.OrderBy(s => s.Code).ToListAsync(Cancellation);
        Assert.Equal([("P01", null, 3L), ("S01", "linux-x64", 7L), ("S02", null, 9L)], sites.Select(s => (s.Code, s.RuntimeId, s.Revision)));
        Assert.Equal((DetailedStatus.InstJobBegin, "P01", Guid.Parse("22222222-2222-2222-2222-222222222222")), (sites[1].DetailedStatus, sites[1].ParentCode, sites[1].Incarnation));
        Assert.Equal("anna", (await context.SiteHistory.SingleAsync(Cancellation)).Who);
        Assert.Equal("PlaceJob", (await context.Operations.SingleAsync(Cancellation)).Kind);
    }

    [Fact]
    public async Task MigrateAsync_Sqlite_FileIsForItsOwnerOnlyAndWriteAhead()
    {
        await using var database = await TestDatabase.CreateAsync(SmsProvider.Sqlite);
        await database.AddAsync(Rows.Primary());
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            Assert.Equal((Owner, Owner), (File.GetUnixFileMode(database.File), File.GetUnixFileMode(database.File + "-wal")));
        }

        await using var context = database.Open();
        Assert.Equal("wal", await Pragma<string>(context, "journal_mode"));
        Assert.Equal(2, await Pragma<long>(context, "synchronous"));
        Assert.Equal(1, await Pragma<long>(context, "foreign_keys"));
        Assert.Equal(5000, await Pragma<long>(context, "busy_timeout"));

        static async Task<T> Pragma<T>(SmsContext context, string name)
        {
            await context.Database.OpenConnectionAsync(Cancellation);
            await using var command = context.Database.GetDbConnection().CreateCommand();
            command.CommandText = "PRAGMA " + name;
            return (T)(await command.ExecuteScalarAsync(Cancellation))!;
        }
    }

    [Fact]
    public async Task MigrateAsync_LockLeftByAKilledProcess_DoesNotWaitForIt()
    {
        await using var database = TestDatabase.Unmigrated(SmsProvider.Sqlite);
        SqliteFile.Create(database.File);
        await using (var context = database.Open())
        {
            await context.Database.ExecuteSqlRawAsync("""
                CREATE TABLE "__EFMigrationsLock" ("Id" INTEGER NOT NULL CONSTRAINT "PK___EFMigrationsLock" PRIMARY KEY, "Timestamp" TEXT NOT NULL);
                INSERT INTO "__EFMigrationsLock" VALUES (1, '2026-01-01 00:00:00+00:00');
                """, Cancellation);
        }

        await database.Database.MigrateAsync(Cancellation).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        Assert.True(await database.Database.IsReadyAsync(Cancellation));
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task Model_EveryStringColumn_HasALengthOrIsMeantToBeLong(SmsProvider provider)
    {
        await using var database = TestDatabase.Unmigrated(provider);
        await using var context = database.Open();
        string[] meant = ["SiteControl.Text", "Sites.ServicesJson", "Operations.PayloadJson", "Audit.Before", "Audit.After"];
        var unlimited = context.Model.GetEntityTypes()
            .SelectMany(t => t.GetProperties())
            .Where(p => (p.ClrType == typeof(string) || p.ClrType == typeof(byte[])) && p.GetMaxLength() is null)
            .Select(p => $"{p.DeclaringType.GetTableName()}.{p.GetColumnName()}");
        Assert.Equal(meant.Order(), unlimited.Order());
    }

    [Fact]
    public async Task IsReadyAsync_SqlServerUnreachable_IsFalse()
    {
        var options = new SmsDataOptions { Provider = SmsProvider.SqlServer, ConnectionString = "Server=127.0.0.1,1;Database=x;User Id=u;Password=p;Encrypt=Optional;Connect Timeout=1" };
        await using var services = new ServiceCollection().AddSmsData(options).BuildServiceProvider();
        Assert.False(await services.GetRequiredService<ISmsDatabase>().IsReadyAsync(Cancellation));
    }
}
