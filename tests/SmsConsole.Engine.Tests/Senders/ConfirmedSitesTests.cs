using Microsoft.EntityFrameworkCore;
using SmsConsole.SiteServer;

namespace SmsConsole.Engine.Tests.Senders;

public sealed class ConfirmedSitesTests
{
    [Fact]
    public async Task List_KeyThatCannotBeDecrypted_LeavesOutThatSiteAlone()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var first = await primary.InstallToPhase4Async("S01");
        using var second = await primary.InstallToPhase4Async("S02");
        using var unconfirmed = await primary.CreateSiteAsync("S03");
        Assert.Equal(["S01", "S02"], await CodesAsync(primary));
        await primary.Get<EngineStore>().WriteAsync(
            (db, token) => db.Addresses.Where(a => a.Destination == "S01").ExecuteUpdateAsync(s => s.SetProperty(a => a.ProtectedPrivateKey, "nonsense"), token),
            TestPrimary.Cancel);
        Assert.Equal(["S02"], await CodesAsync(primary));
        Assert.Equal(["S02"], await CodesAsync(primary));
    }

    private static async Task<IEnumerable<string>> CodesAsync(TestPrimary primary) =>
        (await primary.Get<ICollectSources>().ListAsync(TestPrimary.Cancel)).Select(a => a.Destination);
}
