using Microsoft.EntityFrameworkCore;
using SmsConsole.Data;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.Engine;

/// <summary>
/// The engine's way to the database: every transaction of a component compares the fence first, so that an engine that lost its
/// lease while it slept changes nothing. Commands of the console write without a fence: they only state wishes.
/// </summary>
/// <param name="commits">Set after every commit of this process.</param>
internal sealed class EngineStore(SmsStore store, EngineFence fence, WakeSignal commits)
{
    public Task<T> ReadAsync<T>(Func<SmsContext, CancellationToken, Task<T>> read, CancellationToken cancellationToken) =>
        store.ReadAsync(read, cancellationToken);

    /// <summary>A component's transaction.</summary>
    /// <exception cref="FenceLostException">Another engine has taken over. Nothing was written.</exception>
    public async Task<T> WriteAsync<T>(Func<SmsContext, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var result = await store.InTransactionAsync(
            async (db, token) =>
            {
                // Writers take turns on both databases, so nobody can take the lease between this look and the commit.
                var held = fence.Number;
                var current = await db.EngineLeases.AsNoTracking().Where(l => l.Name == EngineFence.LeaseName).Select(l => (long?)l.Fence).FirstOrDefaultAsync(token);
                if (held is null || current != held)
                {
                    throw new FenceLostException(held, current);
                }

                return await work(db, token);
            },
            cancellationToken);
        commits.Set();
        return result;
    }

    /// <inheritdoc cref="WriteAsync{T}"/>
    public Task WriteAsync(Func<SmsContext, CancellationToken, Task> work, CancellationToken cancellationToken) =>
        WriteAsync<bool>(
            async (db, token) =>
            {
                await work(db, token);
                return true;
            },
            cancellationToken);

    /// <summary>A command's transaction: needs no engine beside it.</summary>
    public async Task<T> CommandAsync<T>(Func<SmsContext, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var result = await store.InTransactionAsync(work, cancellationToken);
        commits.Set();
        return result;
    }
}

/// <summary>Another engine holds the lease: whoever gets this stops, and the work goes on there.</summary>
internal sealed class FenceLostException(long? held, long? current)
    : Exception($"The engine's fence is {held?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "not held"}, the database says {current?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"}: another engine has taken over.");

/// <summary>The number of the lease this process holds, or null.</summary>
internal sealed class EngineFence
{
    public const string LeaseName = "engine";
    private readonly Lock _gate = new();

    public long? Number
    {
        get
        {
            lock (_gate)
            {
                return field;
            }
        }

        set
        {
            lock (_gate)
            {
                field = value;
            }
        }
    }

    public bool Held => Number is not null;
}
