using Microsoft.EntityFrameworkCore;
using SmsConsole.Data;
using SmsConsole.Data.Jobs;

namespace SmsConsole.Engine;

/// <inheritdoc/>
internal sealed class JobCommands(EngineStore store, ISiteCommands sites) : IJobCommands
{
    public Task<CommandResult> CancelAsync(Actor actor, string jobId, CancellationToken cancellationToken = default) =>
        ChangeAsync(
            actor,
            "job.cancel",
            jobId,
            (db, job, _) =>
            {
                job.CancelRequested = true;
                job.Reason = $"Cancelled by {actor.UserName}.";
                SystemJobs.Ask(db, OperationKinds.CancelJob, job.Id);
                return Task.FromResult<string?>(null);
            },
            cancellationToken);

    public async Task<CommandResult> RetryAsync(Actor actor, string jobId, CancellationToken cancellationToken = default)
    {
        // Who may not is refused, and audited, by the change itself.
        var job = Authorization.Refuse(actor, Role.Operator) is not null ? null : await store.ReadAsync((db, token) => db.Jobs.FirstOrDefaultAsync(j => j.Id == jobId, token), cancellationToken);
        return job is { Status: JobStatus.Failed or JobStatus.Cancelled }
            ? await sites.RetryAsync(actor, job.Destination, cancellationToken) // a failed job failed its site, and a new job mends it
            : await ChangeAsync(
                actor,
                "job.retry",
                jobId,
                async (db, row, token) =>
                {
                    JobChanges.Apply(db, row, JobEvent.RetryNow);
                    await SystemJobs.PlaceNowAsync(db, row.Id, token);
                    SystemJobs.Ask(db, OperationKinds.RetryJob, row.Id);
                    return null;
                },
                cancellationToken);
    }

    public async Task<CommandResult> SetPriorityAsync(Actor actor, string jobId, JobPriority priority, CancellationToken cancellationToken = default) =>
        Enum.IsDefined(priority)
            ? await ChangeAsync(
                actor,
                "job.priority",
                jobId,
                (db, job, _) =>
                {
                    job.Priority = priority;
                    SystemJobs.Ask(db, OperationKinds.SetPriority, job.Id);
                    return Task.FromResult<string?>(priority.ToString());
                },
                cancellationToken)
            : CommandResult.Failure(new CommandError(CommandErrorKind.Invalid, "job.priorityInvalid", "A priority is high, medium or low.", "priority"));

    private async Task<CommandResult> ChangeAsync(Actor actor, string action, string jobId, Func<SmsContext, Job, CancellationToken, Task<string?>> change, CancellationToken cancellationToken)
    {
        var error = await store.CommandAsync<CommandError?>(
            async (db, token) =>
            {
                if (Authorization.Refuse(actor, Role.Operator) is { } refused)
                {
                    db.Audit.Add(Authorization.Audit(db, actor, action, jobId.Length <= 32 ? jobId : jobId[..32], refused.Code, succeeded: false));
                    return refused;
                }

                if (await db.Jobs.FirstOrDefaultAsync(j => j.Id == jobId, token) is not { } job)
                {
                    return new CommandError(CommandErrorKind.NotFound, "job.unknown", $"There is no job {jobId}.");
                }

                if (JobTransitions.IsFinal(job.Status))
                {
                    return new CommandError(CommandErrorKind.Conflict, "job.ended", $"Job {job.Id} has ended: {job.Status}.");
                }

                var before = job.Status.ToString();
                var after = await change(db, job, token);
                db.Audit.Add(Authorization.Audit(db, actor, action, job.Id, after ?? job.Status.ToString(), before: before));
                return null;
            },
            cancellationToken);
        return error is null ? CommandResult.Success : CommandResult.Failure(error);
    }
}
