using Microsoft.EntityFrameworkCore;

namespace SmsConsole.Data;

/// <summary>
/// The way to write: a transaction that begins with the writer's turn, saves, commits and is repeated as a whole where that is safe.
/// </summary>
internal sealed class SmsStore(IDbContextFactory<SmsContext> contexts, WriterQueue writers)
{
    private const int BusyAttempts = 3;

    /// <summary>Reads with a context of its own that tracks nothing.</summary>
    public async Task<T> ReadAsync<T>(Func<SmsContext, CancellationToken, Task<T>> read, CancellationToken cancellationToken = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        context.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.NoTracking;
        return await read(context, cancellationToken);
    }

    /// <summary>
    /// Runs <paramref name="work"/> in one transaction with a fresh context, saves what it left unsaved and commits. After a lost
    /// connection or a busy database the whole work runs again, so it must have no effect outside the database. A failed commit is
    /// not repeated (<see cref="CommitUnknownException"/>). <see cref="SmsContext.Abandon"/> rolls back and still returns the value.
    /// </summary>
    public Task<T> InTransactionAsync<T>(Func<SmsContext, CancellationToken, Task<T>> work, CancellationToken cancellationToken = default) =>
        writers.RunAsync(
            async token =>
            {
                for (var attempt = 1; ; attempt++)
                {
                    try
                    {
                        return await ThroughStrategyAsync(work, token);
                    }
                    catch (Exception e) when (attempt < BusyAttempts && StoreErrors.IsBusy(e))
                    {
                        // No pause: the busy timeout was one.
                    }
                }
            },
            cancellationToken);

    /// <inheritdoc cref="InTransactionAsync{T}"/>
    public Task InTransactionAsync(Func<SmsContext, CancellationToken, Task> work, CancellationToken cancellationToken = default) =>
        InTransactionAsync<bool>(
            async (context, token) =>
            {
                await work(context, token);
                return true;
            },
            cancellationToken);

    /// <summary>Deletes all but the newest <paramref name="keep"/> change rows. Whoever is further behind than that must read everything again.</summary>
    public Task<int> PruneChangesAsync(long keep, CancellationToken cancellationToken = default) =>
        InTransactionAsync(
            async (context, token) =>
            {
                var newest = await context.Changes.MaxAsync(c => (long?)c.Sequence, token) ?? 0;
                return await context.Changes.Where(c => c.Sequence <= newest - keep).ExecuteDeleteAsync(token);
            },
            cancellationToken);

    private async Task<T> ThroughStrategyAsync<T>(Func<SmsContext, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var strategist = await contexts.CreateDbContextAsync(cancellationToken);
        return await strategist.Database.CreateExecutionStrategy().ExecuteAsync(token => OnceAsync(work, token), cancellationToken);
    }

    private async Task<T> OnceAsync<T>(Func<SmsContext, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await context.BeginWriteAsync(cancellationToken);
        var result = await work(context, cancellationToken);
        if (context.Abandoned)
        {
            await transaction.RollbackAsync(cancellationToken);
            return result;
        }

        await context.SaveChangesAsync(cancellationToken);
        await context.CommitAsync(transaction);
        return result;
    }
}
