using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using SmsConsole.Data.Operations;

namespace SmsConsole.Data.Tests;

/// <summary>A writer outside this process, seen through a connection of its own.</summary>
public sealed class ProcessTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task InTransactionAsync_AnotherProcessWrites_WaitsItsTurn()
    {
        await using var database = await TestDatabase.CreateAsync(SmsProvider.Sqlite);
        await using var other = new SqliteConnection(SqliteFile.ConnectionString(database.Options));
        await other.OpenAsync(Cancellation);
        await using var theirs = await other.BeginTransactionAsync(Cancellation);

        var mine = Task.Run(() => database.AddAsync(new Counter { Name = "Job", Value = 1 }), Cancellation);
        await using (var reader = database.Open())
        {
            // Whoever reads waits for nobody.
            Assert.Equal(0, await reader.Counters.CountAsync(Cancellation));
        }

        Assert.False(mine.IsCompleted);
        await theirs.CommitAsync(Cancellation);
        await mine;
        await using var after = database.Open();
        Assert.Equal(1, await after.Counters.CountAsync(Cancellation));
    }

    [Fact]
    public async Task IsReadyAsync_FileGone_IsFalseAndCreatesNothing()
    {
        await using var database = await TestDatabase.CreateAsync(SmsProvider.Sqlite);
        await using (var connection = new SqliteConnection(SqliteFile.ConnectionString(database.Options)))
        {
            SqliteConnection.ClearPool(connection);
        }

        File.Delete(database.File);
        Assert.False(await database.Database.IsReadyAsync(Cancellation));
        Assert.False(File.Exists(database.File));
    }
}
