using Microsoft.Extensions.Diagnostics.HealthChecks;
using SmsConsole.Data;

namespace SmsConsole.Web.Hosting;

/// <summary>Ready when the database answers and has this version's schema.</summary>
internal sealed class ReadyCheck(ISmsDatabase database) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        return await database.IsReadyAsync(cancellationToken) ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The database does not answer, or its schema is another version's.");
    }
}
