using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Quartz;
using SmsConsole.SiteServer.Spool;
using SmsConsole.TestKit;

namespace SmsConsole.Engine.Tests;

public sealed class WorkerRunnerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sms-workers-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task NudgeOverdue_AlarmClockStandsStill_WakesWhatHasNotRunForTwiceItsInterval()
    {
        var clock = new ManualTimeProvider();
        var runs = Channel.CreateUnbounded<string>();
        Worker[] workers = [Writes("SMS_HOURLY", TimeSpan.FromHours(1)), Writes("SMS_DAILY", TimeSpan.FromDays(1))];
        var services = new ServiceCollection().AddLogging();
        services.AddQuartz();
        services.AddSingleton(provider => new WorkerRunner(
            () => workers,
            provider.GetRequiredService<ISchedulerFactory>(),
            PhysicalDisk.Instance,
            new PrimarySite(new SmsConsoleOptions { DataDirectory = _folder, Database = new DatabaseSettings(DatabaseProvider.Sqlite, "") }, PhysicalDisk.Instance),
            clock,
            NullLogger<WorkerRunner>.Instance));
        await using var provider = services.BuildServiceProvider();
        var runner = provider.GetRequiredService<WorkerRunner>();
        await runner.StartAsync(TestPrimary.Cancel);
        Assert.Equal(["SMS_DAILY", "SMS_HOURLY"], new[] { await NextAsync(), await NextAsync() }.Order());

        clock.Advance(TimeSpan.FromHours(2));
        runner.NudgeOverdue();
        clock.Advance(TimeSpan.FromSeconds(1));
        runner.NudgeOverdue();
        Assert.Equal("SMS_HOURLY", await NextAsync());

        clock.Advance(TimeSpan.FromDays(2));
        runner.NudgeOverdue();
        Assert.Equal(["SMS_DAILY", "SMS_HOURLY"], new[] { await NextAsync(), await NextAsync() }.Order());
        await runner.StopAsync();
        Assert.False(runs.Reader.TryRead(out _));

        Worker Writes(string component, TimeSpan interval) => new(component, interval, null, async token => await runs.Writer.WriteAsync(component, token));

        async Task<string> NextAsync() => await runs.Reader.ReadAsync(TestPrimary.Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestPrimary.Cancel);
    }
}
