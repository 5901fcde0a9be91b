using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using SmsConsole.Data;
using SmsConsole.Data.Operations;

namespace SmsConsole.Engine;

/// <summary>
/// Takes, renews and gives back the lease of the one engine. The fence grows with each taking; a holder that was asleep finds
/// another number and stops.
/// </summary>
internal sealed class LeaseKeeper(SmsStore store, EngineFence fence, PrimarySite primary, TimeProvider clock)
{
    public static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(20);

    /// <summary>Longer without a heartbeat is time off; less is a restart or a handing over.</summary>
    public static readonly TimeSpan ShortBreak = TimeSpan.FromMinutes(1);

    /// <summary>This machine and SMS root directory.</summary>
    private readonly string _place = $"{Environment.MachineName}/{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(primary.Root.Path)))[..8]}/";

    /// <summary>
    /// True while this process holds the operating system's lock of the SMS root directory: an owner of the same place is dead then, and its lease
    /// need not run out.
    /// </summary>
    public bool HoldsRoot { get; set; }

    /// <summary>Who this process is, for people who look for the other engine.</summary>
    public string Owner => field ??= $"{_place}{Environment.ProcessId}/{Guid.NewGuid():N}";

    /// <summary>Null when the lease is ours now; else who has it. The time since the last heartbeat is given to the sites that wait.</summary>
    public async Task<string?> TryTakeAsync(CancellationToken cancellationToken)
    {
        var (number, holder) = await store.InTransactionAsync(
            async (db, token) =>
            {
                var now = clock.GetUtcNow().UtcDateTime;
                var lease = await db.EngineLeases.FirstOrDefaultAsync(l => l.Name == EngineFence.LeaseName, token);
                var isDead = HoldsRoot && lease?.Owner.StartsWith(_place, StringComparison.Ordinal) == true;
                if (lease is not null && lease.ExpiresAt > now && lease.Owner != Owner && !isDead)
                {
                    return ((long?)null, lease.Owner);
                }

                if (lease is not null && now - lease.HeartbeatAt is var off && off > ShortBreak)
                {
                    await PhaseChanger.ProlongAsync(db, off, token);
                }

                if (lease is null)
                {
                    lease = new EngineLease { Name = EngineFence.LeaseName, Owner = Owner };
                    db.EngineLeases.Add(lease);
                }

                lease.Owner = Owner;
                lease.Fence++;
                lease.HeartbeatAt = now;
                lease.ExpiresAt = now + Lifetime;
                return (lease.Fence, Owner);
            },
            cancellationToken);
        fence.Number = number;
        return number is null ? holder : null;
    }

    /// <summary>False when the lease is lost; the fence is let go then.</summary>
    public async Task<bool> RenewAsync(CancellationToken cancellationToken)
    {
        var held = fence.Number;
        var renewed = held is not null && await store.InTransactionAsync(
            async (db, token) =>
            {
                var now = clock.GetUtcNow().UtcDateTime;
                return await db.EngineLeases.Where(l => l.Name == EngineFence.LeaseName && l.Fence == held)
                    .ExecuteUpdateAsync(s => s.SetProperty(l => l.HeartbeatAt, now).SetProperty(l => l.ExpiresAt, now + Lifetime), token) == 1;
            },
            cancellationToken);
        if (!renewed)
        {
            fence.Number = null;
        }

        return renewed;
    }

    /// <summary>Lets the next engine start at once.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        var held = fence.Number;
        fence.Number = null;
        if (held is not null)
        {
            var now = clock.GetUtcNow().UtcDateTime;
            await store.InTransactionAsync(
                (db, token) => db.EngineLeases.Where(l => l.Name == EngineFence.LeaseName && l.Fence == held).ExecuteUpdateAsync(s => s.SetProperty(l => l.ExpiresAt, now), token),
                cancellationToken);
        }
    }
}
