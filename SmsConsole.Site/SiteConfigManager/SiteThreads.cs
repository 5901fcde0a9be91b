using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.SiteServer;

/// <summary>
/// The threads of a secondary's SMS Executive over one root: Status Manager, Scheduler, Sender and Despooler, woken by what appears in their inboxes.
/// Serves the site server and, during installation, the Bootstrap service (which takes what is received itself).
/// </summary>
public sealed class SiteThreads : IAsyncDisposable
{
    private readonly SiteKey _key;
    private readonly Sender _sender;
    private readonly Scheduler _scheduler;
    private readonly Despooler _despooler;
    private readonly TraceLog _log;
    private readonly TimeProvider _clock;
    private readonly WakeSignal _signal;

    public SiteThreads(IDisk disk, SmsRoot root, SiteIdentity identity, TimeProvider clock)
    {
        TraceLog Log(string component) => TraceLog.For(disk, root, component, identity.SiteCode, clock);
        _clock = clock;
        _log = Log("smsexec");
        _key = SiteKey.LoadOrCreate(disk, root);
        _signal = new WakeSignal(disk, root.StatusBox, root.ScheduleBox, root.Outbox(Scheduler.LanOutbox), root.Receive);
        Status = new StatusManager(disk, root, identity, clock, Log("statmgr"));
        _scheduler = new Scheduler(disk, root, identity.SiteCode, _key, clock, Log("sched"));
        _sender = new Sender(disk, root, new ParentAddress(root, identity), new ParentLinks(disk), new FileObserver(), clock, Log("sender"), wake: _signal.Set);
        _despooler = new Despooler(disk, root, identity.SiteCode, identity.Incarnation, new ParentKey(identity), Log("despool"));
    }

    public StatusManager Status { get; }

    /// <summary>Held by whoever runs these threads.</summary>
    public static string LockFile(SmsRoot root) => Path.Combine(root.Path, "SITE.SRV", "SMSEXEC.LCK");

    /// <summary>
    /// Waits for its turn: the Bootstrap service still ends its round while the site server starts, and two Schedulers would give one sequence number
    /// to two messages.
    /// </summary>
    /// <exception cref="IOException">The other one does not end.</exception>
    public static async Task<SiteLock> AcquireAsync(SmsRoot root, CancellationToken cancellationToken) =>
        await SiteLock.AcquireAsync(LockFile(root), TimeSpan.FromMinutes(1), cancellationToken)
            ?? throw new IOException("Another process runs the threads of this site and does not end.");

    /// <summary>Rounds until cancelled; a failing round is logged and comes again.</summary>
    public async Task RunAsync(TimeSpan poll, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await RoundAsync(despool: true, cancellationToken);
            await WaitAsync(poll, cancellationToken);
        }
    }

    /// <summary>One round of all of them, in the order in which work flows.</summary>
    public async Task RoundAsync(bool despool, CancellationToken cancellationToken)
    {
        await GuardAsync(SiteComponents.StatusManager, _log, Status.RunOnceAsync, cancellationToken);
        await GuardAsync(SiteComponents.Scheduler, _log, _scheduler.RunOnceAsync, cancellationToken);
        await GuardAsync(SiteComponents.LanSender, _log, _sender.RunOnceAsync, cancellationToken);
        if (despool)
        {
            await GuardAsync(SiteComponents.Despooler, _log, _despooler.RunOnceAsync, cancellationToken);
        }
    }

    public Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        var due = _sender.NextDueAt is { } next ? next - _clock.GetUtcNow() : atMost;
        var wait = due < TimeSpan.Zero ? TimeSpan.Zero : due < atMost ? due : atMost;
        return SuppressAsync(_signal.WaitAsync(wait, cancellationToken));
    }

    /// <summary>Returns when everything that was raised has been given to the parent, or the time is over.</summary>
    public Task WhenSentAsync() => _sender.WhenIdleAsync();

    public async ValueTask DisposeAsync()
    {
        await _sender.DisposeAsync();
        _signal.Dispose();
        _key.Dispose();
    }

    private static async Task SuppressAsync(Task wait) => await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>One component's bad round must not take the others with it; it comes again with the next wake-up.</summary>
    internal static async Task GuardAsync(string component, TraceLog log, Func<CancellationToken, Task> run, CancellationToken cancellationToken)
    {
        try
        {
            await run(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Told to stop.
        }
        catch (Exception e)
        {
            log.Error($"{component}: {e}");
        }
    }
}
