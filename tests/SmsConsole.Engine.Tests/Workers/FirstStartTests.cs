using Microsoft.Extensions.DependencyInjection;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.Engine.Tests;

public class FirstStartTests
{
    [Fact]
    public async Task RequireOwnDatabase_ItsOwn_AtEveryStart()
    {
        await using var primary = await TestPrimary.StartAsync();
        await primary.Get<FirstStart>().RequireOwnDatabaseAsync(TestPrimary.Cancel);
        await primary.RestartAsync();
        await primary.Get<FirstStart>().RequireOwnDatabaseAsync(TestPrimary.Cancel);
    }

    [Fact]
    public async Task RequireOwnDatabase_SmsRootWithoutTheKey_IsRefusedAndMakesNone()
    {
        await using var primary = await TestPrimary.StartAsync();
        var file = Path.Combine(primary.Root.Trust, "SITE.KEY");
        File.Delete(file);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => primary.StartProcess().GetRequiredService<FirstStart>().RequireOwnDatabaseAsync(TestPrimary.Cancel));

        Assert.Contains("another key", refused.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task RequireOwnDatabase_SmsRootOfAnother_IsRefused()
    {
        await using var primary = await TestPrimary.StartAsync();
        var other = new SmsRoot(Path.Combine(primary.Root.Path, "other"));
        SiteKey.LoadOrCreate(PhysicalDisk.Instance, other).Dispose();
        File.Copy(Path.Combine(other.Trust, "SITE.KEY"), Path.Combine(primary.Root.Trust, "SITE.KEY"), overwrite: true);

        await Assert.ThrowsAsync<InvalidOperationException>(() => primary.StartProcess().GetRequiredService<FirstStart>().RequireOwnDatabaseAsync(TestPrimary.Cancel));
    }
}
