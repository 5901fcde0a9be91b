using System.Security.Claims;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging.Abstractions;
using SmsConsole.Data.Queries;
using SmsConsole.Engine;
using SmsConsole.TestKit;
using SmsConsole.Web.Hubs;

namespace SmsConsole.Web.Tests.Hubs;

public sealed class HubConnectionsTests
{
    [Fact]
    public async Task Round_SessionCannotBeChecked_ClosesThatConnectionAndGoesOn()
    {
        var clock = new ManualTimeProvider();
        var sessions = new BrokenSessions();
        using var connections = new HubConnections(sessions, clock, NullLogger<HubConnections>.Instance);
        var (doubtful, good) = (new Connection("broken"), new Connection("vera"));
        connections.Opened(doubtful);
        connections.Opened(good);
        await connections.StartAsync(TestContext.Current.CancellationToken);

        await RoundAsync();
        await RoundAsync();

        Assert.True(doubtful.Aborted);
        Assert.False(good.Aborted);
        Assert.False(connections.ExecuteTask!.IsCompleted);
        await connections.StopAsync(TestContext.Current.CancellationToken);

        async Task RoundAsync()
        {
            // The timer is made on another thread, so the first turn of the clock may come before it.
            var before = sessions.Checked;
            while (sessions.Checked < before + 2 && !connections.ExecuteTask!.IsFaulted)
            {
                clock.Advance(TimeSpan.FromSeconds(30));
                await Task.Delay(10, TestContext.Current.CancellationToken);
            }

            await (connections.ExecuteTask!.IsFaulted ? connections.ExecuteTask : Task.CompletedTask);
        }
    }

    private sealed class BrokenSessions : ISessions
    {
        private int _checked;

        public int Checked => Volatile.Read(ref _checked);

        public Task<bool> IsCurrentAsync(ClaimsPrincipal principal, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _checked);
            return principal.Identity?.Name == "broken" ? throw new IOException("The database is away.") : Task.FromResult(true);
        }

        public Task<SignInOutcome> SignInAsync(string userName, string password, string? from, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task SignOutAsync(ClaimsPrincipal principal, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ApiToken IssueToken(ClaimsPrincipal principal) => throw new NotSupportedException();

        public Task<ClaimsPrincipal?> ReadTokenAsync(string token, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }

    private sealed class Connection(string name) : HubCallerContext
    {
        public bool Aborted { get; private set; }

        public override string ConnectionId => name;

        public override string? UserIdentifier => name;

        public override ClaimsPrincipal User { get; } = FakeUsers.PrincipalOf(new UserRow(name, Role.Viewer, false, false, null));

        public override IDictionary<object, object?> Items { get; } = new Dictionary<object, object?>();

        public override IFeatureCollection Features { get; } = new FeatureCollection();

        public override CancellationToken ConnectionAborted => CancellationToken.None;

        public override void Abort() => Aborted = true;
    }
}
