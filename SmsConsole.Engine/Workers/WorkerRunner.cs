using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Quartz;
using SmsConsole.SiteServer;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.Engine;

/// <summary>
/// Starts and stops the alarm clock, and wakes components before their time. Quartz keeps nothing that matters: what is left to do
/// is in the database and in the inboxes.
/// </summary>
internal sealed partial class WorkerRunner(
    Func<IEnumerable<Worker>> registered,
    ISchedulerFactory schedulers,
    IDisk disk,
    PrimarySite primary,
    TimeProvider clock,
    ILogger<WorkerRunner> log) : IWorkerNudge, IJobListener, IDisposable
{
    private readonly ConcurrentDictionary<string, bool> _nudged = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly List<IDisposable> _watches = [];
    private IReadOnlyDictionary<string, Worker> _workers = new Dictionary<string, Worker>();
    private readonly ConcurrentDictionary<Guid, Task> _running = new();
    private readonly ConcurrentDictionary<string, long> _ranAt = new(StringComparer.Ordinal);
    private IScheduler? _clock;
    private DateTimeOffset _startedAt;
    private bool _listens;

    public string Name => nameof(WorkerRunner);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _workers = registered().ToDictionary(w => w.Component, StringComparer.Ordinal);
        _startedAt = clock.GetUtcNow();
        var scheduler = await schedulers.GetScheduler(cancellationToken);
        if (!_listens)
        {
            scheduler.ListenerManager.AddJobListener(this);
            _listens = true;
        }

        await scheduler.Clear(cancellationToken);
        foreach (var worker in _workers.Values)
        {
            var job = JobBuilder.Create<WorkerJob>().WithIdentity(worker.Component).StoreDurably().Build();
            var trigger = TriggerBuilder.Create().WithIdentity(worker.Component).StartNow()
                .WithSimpleSchedule(s => s.WithInterval(worker.Interval).RepeatForever())
                .Build();
            _ranAt[worker.Component] = clock.GetTimestamp();
            await scheduler.ScheduleJob(job, trigger, cancellationToken: cancellationToken);
            Watch(worker);
        }

        lock (_gate)
        {
            _clock = scheduler;
        }

        await scheduler.Start(cancellationToken);
        LogStarted(primary.Code, _workers.Count);
    }

    /// <summary>Returns when no component runs any more.</summary>
    public async Task StopAsync()
    {
        IScheduler? scheduler;
        lock (_gate)
        {
            (scheduler, _clock) = (_clock, null);
            _watches.ForEach(w => w.Dispose());
            _watches.Clear();
        }

        if (scheduler is null)
        {
            return;
        }

        await scheduler.Standby(CancellationToken.None);
        await scheduler.Clear(CancellationToken.None);
        await Task.WhenAll(_running.Values);
        foreach (var worker in _workers.Values)
        {
            await (worker.StopAsync?.Invoke() ?? Task.CompletedTask);
        }

        LogStopped(primary.Code);
    }

    /// <summary>The components of the primary as they are now.</summary>
    public IReadOnlyList<ServiceState> Services() =>
        [.. _workers.Keys.Order(StringComparer.Ordinal).Select(name => new ServiceState(name, _clock is null ? "Stopped" : "Running", _startedAt, 0))];

    public void Nudge(string component)
    {
        IScheduler? scheduler;
        lock (_gate)
        {
            scheduler = _clock;
        }

        // Until the component has begun to run, one nudge is as good as many.
        if (scheduler is not null && _workers.ContainsKey(component) && _nudged.TryAdd(component, true))
        {
            _ = TriggerAsync(scheduler, component);
        }
    }

    /// <summary>
    /// Wakes what has not run for twice its interval. The alarm clock goes by the time of day: when that is put back (F9), no interval is over
    /// before the old time has come again.
    /// </summary>
    public void NudgeOverdue()
    {
        foreach (var worker in _workers.Values.Where(w => _ranAt.TryGetValue(w.Component, out var at) && clock.GetElapsedTime(at) > 2 * w.Interval))
        {
            Nudge(worker.Component);
        }
    }

    public async Task RunAsync(string component, CancellationToken cancellationToken)
    {
        _nudged.TryRemove(component, out _);
        _ranAt[component] = clock.GetTimestamp();
        if (!_workers.TryGetValue(component, out var worker))
        {
            return;
        }

        var run = (Id: Guid.NewGuid(), End: new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _running[run.Id] = run.End.Task;
        try
        {
            await worker.RunOnceAsync(cancellationToken);
        }
        finally
        {
            _running.TryRemove(run.Id, out _);
            run.End.SetResult();
        }
    }

    public ValueTask JobToBeExecuted(IJobExecutionContext context, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask JobExecutionVetoed(IJobExecutionContext context, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>A run that throws is logged here; the next tick tries again.</summary>
    public ValueTask JobWasExecuted(IJobExecutionContext context, JobExecutionException? jobException, CancellationToken cancellationToken)
    {
        if (jobException is not null && jobException.GetBaseException() is not (OperationCanceledException or FenceLostException))
        {
            LogFailed(jobException, primary.Code, context.JobDetail.Key.Name);
        }

        return ValueTask.CompletedTask;
    }

    public void Dispose() => _watches.ForEach(w => w.Dispose());

    private async Task TriggerAsync(IScheduler scheduler, string component)
    {
        try
        {
            await scheduler.TriggerJob(new JobKey(component), CancellationToken.None);
        }
        catch (SchedulerException e)
        {
            // The clock is being stopped, or the job is gone with it: the next tick will do.
            _nudged.TryRemove(component, out _);
            LogNotNudged(e, primary.Code, component);
        }
    }

    /// <summary>A watcher is a hint that may fail or lose events; nobody relies on it.</summary>
    private void Watch(Worker worker)
    {
        if (worker.Box is not { } box)
        {
            return;
        }

        if (WakeSignal.TryWatch(disk, box, () => Nudge(worker.Component)) is { } watch)
        {
            _watches.Add(watch);
        }
        else
        {
            LogNotWatched(primary.Code, box);
        }
    }

    [LoggerMessage(2601, LogLevel.Information, "{SiteCode}: {Count} components are awake.")]
    private partial void LogStarted(string siteCode, int count);

    [LoggerMessage(2602, LogLevel.Information, "{SiteCode}: components stopped.")]
    private partial void LogStopped(string siteCode);

    [LoggerMessage(2603, LogLevel.Error, "{SiteCode}: {Component} failed; it goes on at the next tick.")]
    private partial void LogFailed(Exception exception, string siteCode, string component);

    [LoggerMessage(2604, LogLevel.Debug, "{SiteCode}: {Component} could not be nudged.")]
    private partial void LogNotNudged(Exception exception, string siteCode, string component);

    [LoggerMessage(2605, LogLevel.Warning, "{SiteCode}: {Box} is not watched; its component looks at its interval only.")]
    private partial void LogNotWatched(string siteCode, string box);
}
