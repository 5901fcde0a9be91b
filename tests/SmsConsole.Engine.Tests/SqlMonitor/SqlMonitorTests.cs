using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using SmsConsole.Data.Operations;

namespace SmsConsole.Engine.Tests;

public class SqlMonitorTests
{
    [Fact]
    public async Task RunOnce_CommittedChange_ReachesViewsAndWakesHierarchyManager()
    {
        await using var primary = await TestPrimary.StartAsync();
        await primary.Get<SqlMonitor>().RunOnceAsync(TestPrimary.Cancel);
        using var subscription = primary.Get<IChangeFeed>().Subscribe(e => e.Kind == ChangeKind.Site);
        using var site = await primary.CreateSiteAsync();
        await primary.Get<SqlMonitor>().RunOnceAsync(TestPrimary.Cancel);

        var seen = await FirstAsync(subscription);
        Assert.Equal((ChangeKind.Site, "S01"), (seen.Kind, seen.Id));
        Assert.Single(primary.Disk.ListFiles(primary.Root.SiteConfigBox, "*.WAK"));
        await primary.RunAsync();
        Assert.Empty(primary.Disk.ListFiles(primary.Root.SiteConfigBox, "*.WAK"));
    }

    [Fact]
    public async Task RunOnce_ConsoleWithoutEngine_SeesTheChangesAndWakesNobody()
    {
        await using var primary = await TestPrimary.StartAsync();
        var console = primary.StartProcess();
        var monitor = console.GetRequiredService<SqlMonitor>();
        await monitor.RunOnceAsync(TestPrimary.Cancel);
        using var subscription = console.GetRequiredService<IChangeFeed>().Subscribe(e => e.Kind == ChangeKind.Site);
        using var site = await primary.CreateSiteAsync();
        await monitor.RunOnceAsync(TestPrimary.Cancel);

        Assert.Equal("S01", (await FirstAsync(subscription)).Id);
        Assert.Empty(primary.Disk.ListFiles(primary.Root.SiteConfigBox, "*.WAK"));
    }

    [Fact]
    public async Task RunOnce_ThousandsOfChanges_NoneIsMissed()
    {
        await using var primary = await TestPrimary.StartAsync();
        await primary.Get<SqlMonitor>().RunOnceAsync(TestPrimary.Cancel);
        var seen = new HashSet<string>();
        using var subscription = primary.Get<IChangeFeed>().Subscribe(e =>
        {
            seen.Add(e.Id);
            return false;
        });
        await primary.Get<EngineStore>().WriteAsync(
            (db, _) =>
            {
                db.Changes.AddRange(Enumerable.Range(0, 5000).Select(i => new ChangeRow { Kind = nameof(ChangeKind.SendRequest), Id = $"R{i}", Revision = 1, At = db.Now }));
                return Task.CompletedTask;
            },
            TestPrimary.Cancel);
        await primary.Get<SqlMonitor>().RunOnceAsync(TestPrimary.Cancel);

        Assert.Equal(5000, seen.Count(id => id.StartsWith('R')));
    }

    [Fact]
    public async Task RunOnce_RowsWerePrunedBeforeTheyWereRead_TellsViewsToReadAnew()
    {
        await using var primary = await TestPrimary.StartAsync();
        await primary.Get<SqlMonitor>().RunOnceAsync(TestPrimary.Cancel);
        await primary.Get<SqlMonitor>().RunOnceAsync(TestPrimary.Cancel);
        await AddAsync("R1", "R2", "R3");
        using (var whole = primary.Get<IChangeFeed>().Subscribe())
        {
            await primary.Get<SqlMonitor>().RunOnceAsync(TestPrimary.Cancel);
            Assert.Equal("R1", (await FirstAsync(whole)).Id);
        }

        await AddAsync("R4", "R5", "R6");
        await primary.Get<EngineStore>().WriteAsync((db, token) => db.Changes.Where(c => c.Id == "R4").ExecuteDeleteAsync(token), TestPrimary.Cancel);
        using var pruned = primary.Get<IChangeFeed>().Subscribe();
        await primary.Get<SqlMonitor>().RunOnceAsync(TestPrimary.Cancel);

        Assert.Equal(ChangeKind.Resync, (await FirstAsync(pruned)).Kind);

        Task AddAsync(params string[] ids) => primary.Get<EngineStore>().WriteAsync(
            (db, _) =>
            {
                db.Changes.AddRange(ids.Select(id => new ChangeRow { Kind = nameof(ChangeKind.SendRequest), Id = id, Revision = 1, At = db.Now }));
                return Task.CompletedTask;
            },
            TestPrimary.Cancel);
    }

    private static async Task<ChangeEvent> FirstAsync(IChangeSubscription subscription)
    {
        await foreach (var change in subscription.ReadAsync(TestPrimary.Cancel))
        {
            return change;
        }

        throw new InvalidOperationException("The feed ended.");
    }
}
