using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SmsConsole.Data.Queries;
using SmsConsole.TestKit;

namespace SmsConsole.Engine.Tests;

/// <summary>The engine as it runs: real clock, real files, real processes of a real site.</summary>
public sealed class EngineHostTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sms-host-").FullName;
    private readonly List<IHost> _hosts = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string SiteDirectory => Path.Combine(_folder, "branch", "S01");

    [Fact]
    public async Task Run_SecondarySiteOnThisMachine_IsInstalledByItsOwnProcesses()
    {
        var host = await StartAsync();
        await UntilAsync(host, "P01", site => site.Status == SiteStatus.Active);
        var commands = host.Services.GetRequiredService<ISiteCommands>();
        var created = await commands.CreateSecondarySiteAsync(
            new Actor("anna", Role.Administrator),
            new NewSite("S01", "Branch", SiteDirectory, new NewAddress("Lan", LinkTransport.Local)),
            Cancel);
        Assert.True(created.Succeeded, string.Join("; ", created.Errors.Select(e => e.Message)));

        var site = await UntilAsync(host, "S01", s => s.Status is SiteStatus.Active or SiteStatus.Failed);

        var details = (await host.Services.GetRequiredService<ISiteQueries>().FindAsync("S01", Cancel))!;
        Assert.True(site.Status == SiteStatus.Active, details.Failure?.Reason + Logs());
        Assert.All(details.Phases, p => Assert.Equal(PhaseState.Done, p.State));
        Assert.NotEmpty(details.Services);
        Assert.True((await commands.ReadLogAsync(new Actor("anna", Role.Viewer), "P01", "hman", 0, Cancel)).Value.Lines.Count > 3);
    }

    [Fact]
    public async Task Run_SecondEngine_WaitsAndTakesOverWhenTheFirstEnds()
    {
        var first = await StartAsync();
        await UntilAsync(first, "P01", site => site.Status == SiteStatus.Active);
        var second = await StartAsync();
        Assert.True(first.Services.GetRequiredService<EngineFence>().Held);
        Assert.False(second.Services.GetRequiredService<EngineFence>().Held);
        await first.StopAsync(Cancel);

        for (var i = 0; i < 200 && !second.Services.GetRequiredService<EngineFence>().Held; i++)
        {
            await Task.Delay(50, Cancel);
        }

        Assert.True(second.Services.GetRequiredService<EngineFence>().Held);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        SiteKill.All(SiteDirectory);
        foreach (var host in _hosts)
        {
            await host.StopAsync(CancellationToken.None);
            if (host is IAsyncDisposable disposable)
            {
                await disposable.DisposeAsync();
            }
        }

        SiteKill.All(SiteDirectory);
        for (var attempt = 0; Directory.Exists(_folder); attempt++)
        {
            try
            {
                Directory.Delete(_folder, recursive: true);
            }
            catch (IOException) when (attempt < 50)
            {
                await Task.Delay(20); // a killed process may still have been writing
            }
        }
    }

    private async Task<IHost> StartAsync()
    {
        var data = Path.Combine(_folder, "data");
        var host = EngineProgram.Create(
            new SmsConsoleOptions { DataDirectory = data, Database = new DatabaseSettings(DatabaseProvider.Sqlite, $"Data Source={Path.Combine(data, "SiteControl.db")}") },
            ["--Logging:LogLevel:Default=None"]);
        _hosts.Add(host);
        await host.StartAsync(Cancel);
        return host;
    }

    /// <summary>As a page does it: listen first, then look, then look again at each change.</summary>
    private static async Task<SiteRow> UntilAsync(IHost host, string code, Func<SiteRow, bool> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(120));
        using var changes = host.Services.GetRequiredService<IChangeFeed>().Subscribe(e => e.Kind == ChangeKind.Site);
        var queries = host.Services.GetRequiredService<ISiteQueries>();
        var database = host.Services.GetRequiredService<Data.ISmsDatabase>();
        SiteRow? row = null;
        if (await database.IsReadyAsync(limit.Token) && (row = (await queries.FindAsync(code, limit.Token))?.Site) is not null && condition(row))
        {
            return row;
        }

        try
        {
            await foreach (var _ in changes.ReadAsync(limit.Token))
            {
                row = (await queries.FindAsync(code, limit.Token))?.Site;
                if (row is not null && condition(row))
                {
                    return row;
                }
            }
        }
        catch (OperationCanceledException) when (!Cancel.IsCancellationRequested)
        {
            throw new TimeoutException($"{code} stayed {row}.");
        }

        throw new InvalidOperationException("The feed ended.");
    }

    private string Logs() =>
        string.Concat(Directory.EnumerateFiles(_folder, "*.*", SearchOption.AllDirectories)
            .Where(f => f.EndsWith(".log", StringComparison.OrdinalIgnoreCase)).Select(f => $"\n{f}:\n{File.ReadAllText(f)}"));
}
