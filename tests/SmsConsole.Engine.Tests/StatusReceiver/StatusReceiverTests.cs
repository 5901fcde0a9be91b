using System.Text;
using Microsoft.EntityFrameworkCore;
using SmsConsole.Data.Queries;
using SmsConsole.SiteServer;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.Engine.Tests;

public class StatusReceiverTests
{
    [Fact]
    public async Task RunOnce_MessagesTwice_AreStoredOnce()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.InstallToPhase4Async();
        var content = Encoding.UTF8.GetBytes("""[{"at":"2026-01-05T08:00:00+00:00","component":"SMS_SCHEDULER","messageId":1100,"severity":"Warning","text":"So."}]""");
        var envelope = site.Tell(content);
        await primary.ReceiveStatusAsync();
        site.Tell(content, envelope);
        await primary.ReceiveStatusAsync();

        var message = Assert.Single(await primary.ReadAsync(db => db.StatusMessages.Where(m => m.SiteCode == "S01").ToListAsync()));
        Assert.Equal(("SMS_SCHEDULER", 1100, Severity.Warning, "So."), (message.Component, message.MessageId, message.Severity, message.Text));
        Assert.Empty(primary.Disk.ListFiles(primary.Root.StatusBox));
        Assert.Equal(SiteTransitions.ReportAwaited, await primary.StateAsync());
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[null]")]
    [InlineData("{}")]
    [InlineData("[{\"at\":\"x\"}]")]
    [InlineData("[{\"at\":\"2026-01-05T08:00:00+00:00\",\"component\":\"\",\"messageId\":1,\"severity\":\"Error\",\"text\":\"\"}]")]
    public async Task RunOnce_Poison_IsSetAside(string content)
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.InstallToPhase4Async();
        site.Tell(Encoding.UTF8.GetBytes(content));
        await primary.ReceiveStatusAsync();

        Assert.Contains("S0100001.SVF.why", primary.BadFiles(primary.Root.StatusBox));
        Assert.Empty(primary.Disk.ListFiles(primary.Root.StatusBox));
    }

    [Fact]
    public async Task RunOnce_TooManyMessages_IsSetAside()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.InstallToPhase4Async();
        site.Tell([.. Enumerable.Range(0, StatusReceiver.MaximumMessages + 1).Select(i => new SiteMessage(primary.Clock.GetUtcNow(), "X", i, TraceLevel.Information, ""))]);
        await primary.ReceiveStatusAsync();

        Assert.Contains("S0100001.SVF", primary.BadFiles(primary.Root.StatusBox));
    }

    [Fact]
    public async Task RunOnce_ActiveSite_IsNotFailedByABootstrapMessage()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.InstallToPhase4Async();
        site.Report();
        await primary.RunAsync();
        site.Fail(382, "late");
        await primary.ReceiveStatusAsync();

        Assert.Equal(SiteTransitions.Active, await primary.StateAsync());
        Assert.Single(await primary.ReadAsync(db => db.StatusMessages.Where(m => m.MessageId == 382).ToListAsync()));
    }
}
