using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using SmsConsole.Data;
using SmsConsole.Data.Jobs;
using SmsConsole.Data.Queries;
using SmsConsole.Data.Sites;
using SmsConsole.SiteServer;
using SmsConsole.SiteServer.Formats;
using SmsConsole.SiteServer.Spool;
using SmsConsole.TestKit;
using SendRequestState = SmsConsole.SiteServer.Formats.SendRequestState;

namespace SmsConsole.Engine.Tests;

/// <summary>
/// A primary with a database and an SMS root of its own, whose components run when a test says so. The test plays the sender
/// (<see cref="SendAsync"/>) and the sites.
/// </summary>
internal sealed class TestPrimary : IAsyncDisposable
{
    private readonly string _folder;
    private readonly List<ServiceProvider> _processes = [];
    private readonly IDataProtectionProvider _keys = new EphemeralDataProtectionProvider();

    private TestPrimary(string folder)
    {
        _folder = folder;
        Options = new SmsConsoleOptions
        {
            DataDirectory = Path.Combine(folder, "data"),
            Database = new DatabaseSettings(DatabaseProvider.Sqlite, $"Data Source={Path.Combine(folder, "data", "SiteControl.db")}"),
        };
        Services = StartProcess();
    }

    public static Actor Administrator { get; } = new("anna", Role.Administrator);

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public SmsConsoleOptions Options { get; }

    public ManualTimeProvider Clock { get; } = new();

    public FakeLinks Links { get; } = new();

    public FakePackages Packages { get; } = new();

    public ServiceProvider Services { get; private set; }

    public SmsRoot Root => Get<PrimarySite>().Root;

    public IDisk Disk { get; } = PhysicalDisk.Instance;

    /// <summary>A primary whose engine holds the lease and has made its first start.</summary>
    public static async Task<TestPrimary> StartAsync()
    {
        var primary = new TestPrimary(Directory.CreateTempSubdirectory("sms-engine-").FullName);
        await primary.Get<ISmsDatabase>().MigrateAsync(Cancel);
        Assert.Null(await primary.Get<LeaseKeeper>().TryTakeAsync(Cancel));
        await primary.Get<FirstStart>().EnsureAsync(Cancel);
        return primary;
    }

    public T Get<T>()
        where T : notnull => Services.GetRequiredService<T>();

    /// <summary>A process of its own on the same database and folders: nothing else is shared.</summary>
    public ServiceProvider StartProcess()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(Clock);
        services.AddSingleton(_keys);
        services.AddSingleton<ILinkFactory>(Links);
        services.AddSingleton<ISitePackageSource>(Packages);
        services.AddSmsEngine(Options);

        // The test plays the sender, so that it decides what arrives when.
        services.AddSingleton<ISendControl>(Control);
        var process = services.BuildServiceProvider();
        _processes.Add(process);
        return process;
    }

    public FakeSendControl Control { get; } = new();

    /// <summary>Killed, and started again after its lease has run out.</summary>
    public async Task RestartAsync()
    {
        Services = StartProcess();
        Clock.Advance(LeaseKeeper.Lifetime + TimeSpan.FromSeconds(1));
        Assert.Null(await Get<LeaseKeeper>().TryTakeAsync(Cancel));
        await Get<FirstStart>().EnsureAsync(Cancel);
    }

    public NewSite NewSite(string code = "S01") =>
        new(code, $"Branch {code}", Path.Combine(_folder, "sites", code), new NewAddress("Lan", LinkTransport.Local));

    public async Task<FakeSite> CreateSiteAsync(string code = "S01")
    {
        var created = await Get<ISiteCommands>().CreateSecondarySiteAsync(Administrator, NewSite(code), Cancel);
        Assert.True(created.Succeeded, string.Join("; ", created.Errors.Select(e => e.ToString())));
        return new FakeSite(code, "P01", Root, Disk, Clock);
    }

    public Task RunAsync() => Get<HierarchyManager>().RunOnceAsync(Cancel);

    public Task ReceiveStatusAsync() => Get<StatusReceiver>().RunOnceAsync(Cancel);

    public Task<T> ReadAsync<T>(Func<SmsContext, Task<T>> read) => Get<SmsStore>().ReadAsync((db, _) => read(db), Cancel);

    public Task<Site> SiteAsync(string code = "S01") => ReadAsync(db => db.Sites.SingleAsync(s => s.Code == code));

    public async Task<SiteState> StateAsync(string code = "S01") => SiteState.Of(await SiteAsync(code));

    public Task<List<Job>> JobsAsync(string code = "S01") => ReadAsync(db => db.Jobs.Where(j => j.Destination == code).OrderBy(j => j.Id).ToListAsync());

    /// <summary>The job files that lie in SCHEDULE.BOX.</summary>
    public IReadOnlyList<SystemJob> Placed() =>
        [.. Disk.ListFiles(Root.ScheduleBox, "*.JOB").Select(f => JsonSerializer.Deserialize(File.ReadAllBytes(f), SiteJson.Default.SystemJob)!)];

    /// <summary>Scheduler and sender, played: takes the placed job of that type and tells the recorder that it is complete.</summary>
    public async Task<SystemJob> SendAsync(string code, JobType type, FakeSite? confirms = null, string? runtimeId = null)
    {
        var comment = SystemJobs.Comment(type, code);
        var job = Assert.Single(Placed(), j => j.Comment == comment);
        confirms?.Confirm(job.Order!, runtimeId: runtimeId);
        await Get<ISendObserver>().CompletedAsync(Request(job, SendRequestState.Ok), Cancel);
        Disk.Delete(Path.Combine(Root.ScheduleBox, job.Id + ".JOB"));
        return job;
    }

    public SendRequest Request(SystemJob job, SendRequestState state, string? reason = null) => new()
    {
        RequestId = job.Id,
        JobId = job.Id,
        Destination = job.Destination,
        Incarnation = job.Incarnation,
        Priority = (SendRequestPriority)job.Priority,
        Outbox = "LAN",
        Kind = job.Kind == SystemJobKind.Bootstrap ? SendRequestKind.Bootstrap : SendRequestKind.Package,
        PackageFile = job.PayloadFile ?? "",
        InstructionFile = "x",
        PackageName = job.Id,
        BytesTotal = 1000,
        SyncPoint = state == SendRequestState.Ok ? 1000 : 0,
        State = state,
        Attempts = 1,
        ConnectAttempts = 1,
        NextTryAt = state == SendRequestState.Error ? Clock.GetUtcNow().AddMinutes(1) : null,
        Heartbeat = Clock.GetUtcNow(),
        Reason = reason ?? "",
        CreatedAt = Clock.GetUtcNow(),
    };

    /// <summary>Up to phase 4: everything is at the site, its report is awaited.</summary>
    public async Task<FakeSite> InstallToPhase4Async(string code = "S01")
    {
        var site = await CreateSiteAsync(code);
        await RunAsync();
        await SendAsync(code, JobType.Bootstrap, site);
        await RunAsync();
        await SendAsync(code, JobType.SiteInstall);
        await RunAsync();
        await SendAsync(code, JobType.SiteControl);
        await RunAsync();
        Assert.Equal(SiteTransitions.ReportAwaited, await StateAsync(code));
        return site;
    }

    public IReadOnlyList<string> BadFiles(string box) => [.. Disk.ListFiles(SmsRoot.Quarantine(box)).Select(f => Path.GetFileName(f))];

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }

        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>Site packages without a site server to pack.</summary>
internal sealed class FakePackages : ISitePackageSource
{
    public List<string?> Asked { get; } = [];

    public string? Missing { get; set; }

    public Task<string> GetAsync(string? runtimeId, CancellationToken cancellationToken)
    {
        Asked.Add(runtimeId);
        return Missing is { } missing ? Task.FromException<string>(new SitePackageException(missing)) : Task.FromResult(typeof(FakePackages).Assembly.Location);
    }
}

internal sealed class FakeSendControl : ISendControl
{
    public List<string> Retried { get; } = [];

    public List<(string Id, int Priority)> Priorities { get; } = [];

    public void RetryNow(string requestId) => Retried.Add(requestId);

    /// <summary>The request is being sent at this moment.</summary>
    public bool IsSending { get; set; }

    public bool SetPriority(string requestId, int priority)
    {
        Priorities.Add((requestId, priority));
        return !IsSending;
    }
}
