using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Quartz;
using SmsConsole.Data;
using SmsConsole.SiteServer;
using SmsConsole.SiteServer.Content;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.Engine;

/// <summary>Composition of the engine.</summary>
public static class EngineServices
{
    /// <summary>
    /// Database, commands and change feed; with <c>Engine:Enabled</c> also the engine itself. Needs the key ring
    /// (<see cref="KeyRing.AddSmsKeyRing"/>) of the same settings.
    /// </summary>
    public static IServiceCollection AddSmsEngine(this IServiceCollection services, SmsConsoleOptions options)
    {
        services.TryAddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IDisk>(PhysicalDisk.Instance);
        services.AddSmsData(new SmsDataOptions
        {
            Provider = options.Database.Provider.ForData(),
            ConnectionString = options.Database.ConnectionString,
            MaxBatchSize = options.Database.MaxBatchSize,
            CommandTimeout = options.Database.CommandTimeout,
            ApplyMigrations = options.Database.ApplyMigrations,
        });
        services.AddSingleton<PrimarySite>();
        services.AddSingleton<EngineFence>();
        services.AddSingleton(provider => new WakeSignal(Disk(provider)));
        services.AddSingleton<EngineStore>();
        services.AddSingleton(PhaseDeadlines.Default);
        services.AddSingleton<PhaseChanger>();
        services.AddSingleton<SystemJobs>();
        AddLinks(services);
        AddLive(services);
        AddCommands(services);
        AddComponents(services);
        if (options.Engine.Enabled)
        {
            AddHost(services);
        }

        return services;
    }

    /// <summary>One line per component that the engine wakes; a new one is a registration and a line here.</summary>
    private static IEnumerable<Worker> Workers(IServiceProvider services)
    {
        var root = services.GetRequiredService<PrimarySite>().Root;
        yield return new Worker(Components.HierarchyManager, TimeSpan.FromSeconds(5), root.SiteConfigBox, services.GetRequiredService<HierarchyManager>().RunOnceAsync);
        yield return new Worker(SiteComponents.StatusManager, TimeSpan.FromSeconds(5), root.StatusBox, services.GetRequiredService<StatusReceiver>().RunOnceAsync);
        yield return new Worker(SiteComponents.Scheduler, TimeSpan.FromSeconds(2), root.ScheduleBox, services.GetRequiredService<Scheduler>().RunOnceAsync);
        yield return new Worker(SiteComponents.LanSender, TimeSpan.FromSeconds(1), root.Outbox(Scheduler.LanOutbox), services.GetRequiredService<Sender>().RunOnceAsync, services.GetRequiredService<Sender>().StopAsync);
        yield return new Worker(SiteComponents.Despooler, TimeSpan.FromSeconds(2), root.Receive, services.GetRequiredService<Despooler>().RunOnceAsync);
        yield return new Worker(SiteComponents.SiteConfigManager, TimeSpan.FromSeconds(10), null, services.GetRequiredService<SiteConfigManager>().RunOnceAsync);
        yield return new Worker(Components.SqlMonitor, SiteMaintenance.RoundEvery, null, services.GetRequiredService<SiteMaintenance>().RunRoundAsync);
        yield return new Worker(Components.Collector, TimeSpan.FromSeconds(5), null, services.GetRequiredService<Collector>().RunOnceAsync, services.GetRequiredService<Collector>().StopAsync);
    }

    private static void AddLinks(IServiceCollection services)
    {
        services.AddSingleton<ISiteProcesses, SiteProcesses>();
        services.TryAddSingleton<ILinkFactory, LinkFactory>();
        services.AddSingleton<IAddressBook, AddressBook>();
        services.AddSingleton<IPeerKeys, SitePeerKeys>();
        services.AddSingleton<ICollectSources, ConfirmedSites>();
        services.AddSingleton<ISendObserver, JobRecorder>();
        services.AddSingleton<ISendControl>(provider => new SendControl(provider.GetRequiredService<Sender>));
        services.AddSingleton(provider => new SitePackageLibrary(provider.GetRequiredService<IDisk>(), provider.GetRequiredService<PrimarySite>().Root));
        services.TryAddSingleton<ISitePackageSource, SitePackageSource>();
    }

    private static void AddLive(IServiceCollection services)
    {
        services.AddSingleton<ChangeFeed>();
        services.AddSingleton<IChangeFeed>(provider => provider.GetRequiredService<ChangeFeed>());
        services.AddSingleton(MaintenanceLimits.Default);
        services.AddSingleton<SiteMaintenance>();
        services.AddSingleton<SqlMonitor>();
        services.AddHostedService<ChangeFollower>();
    }

    private static void AddCommands(IServiceCollection services)
    {
        services.AddSingleton<Preflight>();
        services.AddSingleton<SiteLogs>();
        services.AddSingleton<ISiteCommands, SiteCommands>();
        services.AddSingleton<IJobCommands, JobCommands>();
    }

    /// <summary>The components of the primary. They are made when the engine first wakes them.</summary>
    private static void AddComponents(IServiceCollection services)
    {
        services.AddSingleton<TraceLogProvider>();
        services.AddSingleton<ILoggerProvider>(provider => provider.GetRequiredService<TraceLogProvider>());
        // Trace logs say the same whatever an administrator has the console show.
        services.Configure<LoggerFilterOptions>(filters => filters.Rules.Add(new LoggerFilterRule(typeof(TraceLogProvider).FullName, "SmsConsole.Engine", LogLevel.Information, null)));
        services.AddSingleton<PoisonBox>();
        services.AddSingleton<InboxMail>();
        services.AddSingleton<Enrolments>();
        services.AddSingleton<SiteReports>();
        services.AddSingleton<JobOperations>();
        services.AddSingleton<PrimaryAddressing>();
        services.AddSingleton<HierarchyManager>();
        services.AddSingleton<StatusReceiver>();
        services.AddSingleton(provider => new Scheduler(Disk(provider), Primary(provider).Root, Primary(provider).Code, Primary(provider).Key, Clock(provider), Log(provider, "sched")));
        services.AddSingleton(provider => new Sender(
            Disk(provider),
            Primary(provider).Root,
            provider.GetRequiredService<IAddressBook>(),
            provider.GetRequiredService<ILinkFactory>(),
            provider.GetRequiredService<ISendObserver>(),
            Clock(provider),
            Log(provider, "sender"),
            wake: () => provider.GetRequiredService<IWorkerNudge>().Nudge(SiteComponents.LanSender)));
        services.AddSingleton(provider => new Despooler(Disk(provider), Primary(provider).Root, Primary(provider).Code, null, provider.GetRequiredService<IPeerKeys>(), Log(provider, "despool")));
        services.AddSingleton(provider => new Collector(
            Disk(provider),
            Primary(provider).Root,
            provider.GetRequiredService<ILinkFactory>(),
            provider.GetRequiredService<ICollectSources>(),
            Clock(provider),
            Log(provider, "collect"),
            () => provider.GetRequiredService<IWorkerNudge>().Nudge(SiteComponents.Despooler)));
        services.AddSingleton(provider => new SiteConfigManager(
            Disk(provider),
            Primary(provider).Root,
            Primary(provider).Code,
            new ReportToHierarchyManager(Disk(provider), Primary(provider).Root, Primary(provider).Code, () => Primary(provider).Incarnation, Clock(provider)),
            new TraceStatus(Log(provider, "scman")),
            provider.GetRequiredService<WorkerRunner>().Services,
            Clock(provider),
            Log(provider, "scman")));
        services.AddQuartz(quartz => quartz.UseInMemoryStore());
        services.AddTransient<WorkerJob>();
        services.AddSingleton(provider => new WorkerRunner(
            () => Workers(provider),
            provider.GetRequiredService<ISchedulerFactory>(),
            Disk(provider),
            Primary(provider),
            Clock(provider),
            provider.GetRequiredService<ILogger<WorkerRunner>>()));
        services.AddSingleton<IWorkerNudge>(provider => provider.GetRequiredService<WorkerRunner>());
    }

    private static void AddHost(IServiceCollection services)
    {
        services.AddSingleton<LeaseKeeper>();
        services.AddSingleton<FirstStart>();
        services.AddHostedService<EngineHost>();

        // Sendings in progress get a moment to say where they stopped.
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(15));
    }

    private static IDisk Disk(IServiceProvider provider) => provider.GetRequiredService<IDisk>();

    private static PrimarySite Primary(IServiceProvider provider) => provider.GetRequiredService<PrimarySite>();

    private static TimeProvider Clock(IServiceProvider provider) => provider.GetRequiredService<TimeProvider>();

    private static TraceLog Log(IServiceProvider provider, string component) => provider.GetRequiredService<TraceLogProvider>().Log(component);
}
