using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using SmsConsole.Data;
using SmsConsole.Data.Jobs;
using SmsConsole.SiteServer;
using SmsConsole.SiteServer.Formats;
using SendRequestState = SmsConsole.SiteServer.Formats.SendRequestState;

namespace SmsConsole.Engine;

/// <summary>
/// Writes what the sender tells into the jobs and send requests of the database. Calls repeat after a crash: the request's id is the
/// key, and a job that has ended stays as it ended. Requests of other components have no job row; their request is recorded all the same.
/// </summary>
internal sealed class JobRecorder(EngineStore store, EngineFence fence, IWorkerNudge workers, TimeProvider clock) : ISendObserver
{
    private static readonly TimeSpan _writeEvery = TimeSpan.FromMilliseconds(500);
    private readonly ConcurrentDictionary<string, (SendRequestState State, DateTimeOffset At)> _written = new(StringComparer.Ordinal);

    public async ValueTask<bool> MayGoOnAsync(string jobId, CancellationToken cancellationToken)
    {
        if (!fence.Held)
        {
            // Another engine has taken over, or this one ends: the request stays for the next. It is not cancelled.
            throw new SendingStoppedException("This engine does not hold the lease any more.");
        }

        var job = await store.ReadAsync(
            (db, token) => db.Jobs.Where(j => j.Id == jobId).Select(j => new { j.CancelRequested, j.Status }).FirstOrDefaultAsync(token),
            cancellationToken);
        return job is null || (!job.CancelRequested && !JobTransitions.IsFinal(job.Status)) || job.Status == JobStatus.Complete;
    }

    public async ValueTask ProgressAsync(SendRequest request, CancellationToken cancellationToken)
    {
        // Bytes may wait half a second for their row; a change of state never.
        var now = clock.GetUtcNow();
        if (_written.TryGetValue(request.RequestId, out var last) && last.State == request.State && request.State == SendRequestState.Sending && now - last.At < _writeEvery)
        {
            return;
        }

        await WriteAsync(
            request,
            (db, job) =>
            {
                if (request.State == SendRequestState.Error)
                {
                    if (JobChanges.Apply(db, job, JobEvent.WillRetry))
                    {
                        job.NextTryAt = request.NextTryAt?.UtcDateTime;
                        job.WaitText = Reason(request);
                        job.WaitSince ??= db.Now;
                        job.Reason = Reason(request);
                    }
                }
                else
                {
                    JobChanges.Apply(db, job, JobEvent.Sending);
                }
            },
            cancellationToken);
        _written[request.RequestId] = (request.State, now);
        if (request.State == SendRequestState.Error)
        {
            workers.Nudge(Components.HierarchyManager);
        }
    }

    public ValueTask CompletedAsync(SendRequest request, CancellationToken cancellationToken) =>
        EndAsync(
            request,
            (db, job) =>
            {
                if (JobChanges.End(db, job, JobEvent.Completed, null))
                {
                    job.BytesSent = job.BytesTotal = request.BytesTotal;
                    job.WorkingStatus = job.Type == JobType.Bootstrap ? WorkingStatus.Complete : WorkingStatus.Pending;
                }
            },
            cancellationToken);

    public ValueTask CancelledAsync(SendRequest request, CancellationToken cancellationToken) =>
        EndAsync(request, (db, job) => JobChanges.End(db, job, JobEvent.Cancelled, job.Reason ?? Reason(request)), cancellationToken);

    public ValueTask FailedAsync(SendRequest request, CancellationToken cancellationToken) =>
        EndAsync(request, (db, job) => JobChanges.End(db, job, JobEvent.Failed, Reason(request)), cancellationToken);

    private async ValueTask EndAsync(SendRequest request, Action<SmsContext, Job> end, CancellationToken cancellationToken)
    {
        await WriteAsync(request, end, cancellationToken);
        _written.TryRemove(request.RequestId, out _);
        workers.Nudge(Components.HierarchyManager);
    }

    private async Task WriteAsync(SendRequest request, Action<SmsContext, Job> change, CancellationToken cancellationToken)
    {
        try
        {
            await store.WriteAsync(
                async (db, token) =>
                {
                    await RecordAsync(db, request, token);
                    var job = await db.Jobs.FirstOrDefaultAsync(j => j.Id == request.JobId, token);
                    if (job is null || JobTransitions.IsFinal(job.Status))
                    {
                        return;
                    }

                    job.SendingStatus = Status(request.State);
                    job.Attempts = request.Attempts;
                    job.BytesTotal = Math.Max(job.BytesTotal, request.BytesTotal);
                    job.BytesSent = request.SyncPoint;
                    change(db, job);
                },
                cancellationToken);
        }
        catch (FenceLostException e)
        {
            throw new SendingStoppedException(e.Message, e);
        }
    }

    private static async Task RecordAsync(SmsContext db, SendRequest request, CancellationToken cancellationToken)
    {
        var row = await db.SendRequests.FirstOrDefaultAsync(r => r.Id == request.RequestId, cancellationToken);
        if (row is null)
        {
            row = new Data.Jobs.SendRequestState { Id = request.RequestId, JobId = request.JobId, Destination = request.Destination, Outbox = request.Outbox };
            db.SendRequests.Add(row);
        }

        row.Priority = (JobPriority)(int)request.Priority;
        row.State = Status(request.State);
        row.BytesTotal = request.BytesTotal;
        row.BytesSent = request.SyncPoint;
        row.Attempts = request.Attempts;
        row.NextTryAt = request.NextTryAt?.UtcDateTime;
        row.Heartbeat = request.Heartbeat?.UtcDateTime;
        row.Reason = Reason(request);
    }

    private static string? Reason(SendRequest request) => string.IsNullOrEmpty(request.Reason) ? null : request.Reason;

    private static SendingStatus Status(SendRequestState state) => state switch
    {
        SendRequestState.None => SendingStatus.None,
        SendRequestState.Started => SendingStatus.Started,
        SendRequestState.Connecting => SendingStatus.Connecting,
        SendRequestState.Sending => SendingStatus.Sending,
        SendRequestState.Error => SendingStatus.Error,
        SendRequestState.Invalid => SendingStatus.Invalid,
        SendRequestState.Cancelled => SendingStatus.Cancelled,
        SendRequestState.Suspended => SendingStatus.Suspended,
        SendRequestState.Ok => SendingStatus.Ok,
    };
}
