using Quartz;

namespace SmsConsole.Engine;

/// <summary>Quartz only wakes: one adapter for all components, which catches nothing.</summary>
[DisallowConcurrentExecution]
internal sealed class WorkerJob(WorkerRunner runner) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) =>
        await runner.RunAsync(context.JobDetail.Key.Name, cancellationToken);
}
