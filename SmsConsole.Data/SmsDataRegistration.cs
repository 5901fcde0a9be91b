using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using SmsConsole.Data.Queries;

namespace SmsConsole.Data;

/// <summary>Registers the SiteControl database.</summary>
public static class SmsDataRegistration
{
    /// <summary>The contexts, the store, the queries and <see cref="ISmsDatabase"/>. Nothing is opened yet.</summary>
    public static IServiceCollection AddSmsData(this IServiceCollection services, SmsDataOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<WriterQueue>();
        services.AddSingleton<IDbContextFactory<SmsContext>>(provider => new SmsContextFactory(
            options,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<WriterQueue>(),
            provider.GetService<ILoggerFactory>()));
        services.AddSingleton<SmsStore>();
        services.AddSingleton<ISmsDatabase, SmsDatabase>();
        services.AddSingleton<ISiteQueries, SiteQueries>();
        services.AddSingleton<IJobQueries, JobQueries>();
        services.AddSingleton<IStatusQueries, StatusQueries>();

        // For Identity's stores, which want the context of their scope. Everything else asks the factory or the store.
        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<SmsContext>>().CreateDbContext());
        return services;
    }
}
