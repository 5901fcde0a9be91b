using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace SmsConsole.Data;

/// <inheritdoc/>
internal sealed class SmsDatabase(SmsDataOptions options, IDbContextFactory<SmsContext> contexts, TimeProvider clock) : ISmsDatabase
{
    private static readonly TimeSpan _lockPatience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan _lockPoll = TimeSpan.FromMilliseconds(100);
    private volatile bool _upToDate;

    public async Task MigrateAsync(CancellationToken cancellationToken = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        if (options.Provider == SmsProvider.Sqlite)
        {
            await MigrateSqliteAsync(context, cancellationToken);
        }
        else
        {
            await MigrateSqlServerAsync(context, cancellationToken);
        }

        _upToDate = true;
    }

    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await using var context = await contexts.CreateDbContextAsync(cancellationToken);
            if (!_upToDate)
            {
                _upToDate = !(await context.Database.GetPendingMigrationsAsync(cancellationToken)).Any();
            }

            return _upToDate && await context.Counters.CountAsync(cancellationToken) >= 0;
        }
        catch (Exception e) when (e is DbException or InvalidOperationException or TimeoutException or RetryLimitExceededException)
        {
            return false;
        }
    }

    private async Task MigrateSqlServerAsync(SmsContext context, CancellationToken cancellationToken)
    {
        var pending = (await context.Database.GetPendingMigrationsAsync(cancellationToken)).ToList();
        if (pending.Count > 0 && !options.ApplyMigrations)
        {
            throw new InvalidOperationException(
                $"The database lacks {pending.Count} migration(s): {string.Join(", ", pending)}. "
                + "Run the script that eng/script-sqlserver writes, or set Database:ApplyMigrations to true.");
        }

        if (pending.Count > 0)
        {
            await context.Database.MigrateAsync(cancellationToken);
        }
    }

    /// <summary>
    /// EF keeps its migration lock as a row, which a killed process leaves behind and the next one would wait for without end. A lock
    /// on a file dies with its process: whoever holds it knows that such a row is left over.
    /// </summary>
    private async Task MigrateSqliteAsync(SmsContext context, CancellationToken cancellationToken)
    {
        var path = SqliteFile.Path(options);
        SqliteFile.Create(path);
        await using var held = await LockAsync(path + ".migrating", cancellationToken);
        await context.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL;", cancellationToken);
        if (!(await context.Database.GetPendingMigrationsAsync(cancellationToken)).Any())
        {
            return;
        }

        await context.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\";", cancellationToken);
        await context.Database.MigrateAsync(cancellationToken);
    }

    private async Task<FileStream> LockAsync(string path, CancellationToken cancellationToken)
    {
        var giveUpAt = clock.GetUtcNow() + _lockPatience;
        while (true)
        {
            try
            {
                // Stays behind, empty: deleting it would let a third process lock a new file while a second waits for the old one.
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (clock.GetUtcNow() < giveUpAt)
            {
                await Task.Delay(_lockPoll, clock, cancellationToken);
            }
        }
    }
}
