using Microsoft.Extensions.Diagnostics.HealthChecks;
using SmsConsole.Data.Queries;

namespace SmsConsole.Web.Hosting;

/// <summary>Ready when the database answers.</summary>
internal sealed class ReadyCheck(IStatusQueries status) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await status.NeedsFirstAdministratorAsync(cancellationToken);
        return HealthCheckResult.Healthy();
    }
}
