using System.Collections.Concurrent;
using System.Security.Claims;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging.Abstractions;
using SmsConsole.Engine;
using SmsConsole.TestKit;
using SmsConsole.Web.Hubs;

namespace SmsConsole.Web.Tests.Hubs;

public sealed class HubChangesTests
{
    private readonly FakeChangeFeed _feed = new();
    private readonly Hub _hub = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task PassOnTo_OneClientStopsReading_TheOthersHearOn()
    {
        var changes = new HubChanges(_feed, _hub, TimeProvider.System, NullLogger<HubChanges>.Instance);
        using var stuck = new Connection("stuck");
        using var quick = new Connection("quick");
        changes.PassOnTo(stuck);
        changes.PassOnTo(quick);
        Assert.Equal("Resync", await _hub.Of("stuck").Heard.ReadAsync(Cancel));
        Assert.Equal("Resync", await _hub.Of("quick").Heard.ReadAsync(Cancel));
        _hub.Of("stuck").Answer = new TaskCompletionSource().Task;

        _feed.Publish(ChangeKind.Site, "S01");
        _feed.Publish(ChangeKind.Site, "S02");

        Assert.Equal("Site S01", await _hub.Of("quick").Heard.ReadAsync(Cancel));
        Assert.Equal("Site S02", await _hub.Of("quick").Heard.ReadAsync(Cancel));
        Assert.Equal("Site S01", await _hub.Of("stuck").Heard.ReadAsync(Cancel));
        Assert.False(_hub.Of("stuck").Heard.TryRead(out _));
        Assert.False(stuck.ConnectionAborted.IsCancellationRequested);
    }

    [Fact]
    public async Task PassOnTo_AClientCannotBeSentTo_ItsConnectionIsClosed()
    {
        var changes = new HubChanges(_feed, _hub, TimeProvider.System, NullLogger<HubChanges>.Instance);
        using var broken = new Connection("broken");
        changes.PassOnTo(broken);
        _hub.Of("broken").Answer = Task.FromException(new IOException("The pipe is broken."));

        _feed.Publish(ChangeKind.Site, "S01");

        await ConsoleProcess.UntilAsync(() => Task.FromResult(broken.ConnectionAborted.IsCancellationRequested), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task PassOnTo_AConnectionHasEnded_NobodyListensForItAnyMore()
    {
        var changes = new HubChanges(_feed, _hub, TimeProvider.System, NullLogger<HubChanges>.Instance);
        using var gone = new Connection("gone");
        changes.PassOnTo(gone);
        Assert.Equal(1, _feed.Listeners);

        gone.Abort();

        await ConsoleProcess.UntilAsync(() => Task.FromResult(_feed.Listeners == 0), TimeSpan.FromSeconds(20));
    }

    private sealed class Hub : IHubContext<ConsoleHub, IConsoleClient>, IHubClients<IConsoleClient>
    {
        private readonly ConcurrentDictionary<string, Listener> _clients = new();

        public IHubClients<IConsoleClient> Clients => this;

        public IGroupManager Groups => throw new NotSupportedException();

        public IConsoleClient All => throw new NotSupportedException();

        public Listener Of(string connectionId) => _clients.GetOrAdd(connectionId, _ => new Listener());

        public IConsoleClient Client(string connectionId) => Of(connectionId);

        public IConsoleClient AllExcept(IReadOnlyList<string> excludedConnectionIds) => throw new NotSupportedException();

        IConsoleClient IHubClients<IConsoleClient>.Clients(IReadOnlyList<string> connectionIds) => throw new NotSupportedException();

        IConsoleClient IHubClients<IConsoleClient>.Groups(IReadOnlyList<string> groupNames) => throw new NotSupportedException();

        public IConsoleClient Group(string groupName) => throw new NotSupportedException();

        public IConsoleClient GroupExcept(string groupName, IReadOnlyList<string> excludedConnectionIds) => throw new NotSupportedException();

        public IConsoleClient User(string userId) => throw new NotSupportedException();

        public IConsoleClient Users(IReadOnlyList<string> userIds) => throw new NotSupportedException();
    }

    private sealed class Listener : IConsoleClient
    {
        private readonly Channel<string> _heard = Channel.CreateUnbounded<string>();

        /// <summary>What sending to it comes to; done at once unless said otherwise.</summary>
        public Task Answer { get; set; } = Task.CompletedTask;

        public ChannelReader<string> Heard => _heard.Reader;

        public Task Changed(ChangeEvent change)
        {
            _heard.Writer.TryWrite($"{change.Kind} {change.Id}".TrimEnd());
            return Answer;
        }
    }

    private sealed class Connection(string name) : HubCallerContext, IDisposable
    {
        private readonly CancellationTokenSource _aborted = new();

        public override string ConnectionId => name;

        public override string? UserIdentifier => name;

        public override ClaimsPrincipal User { get; } = new();

        public override IDictionary<object, object?> Items { get; } = new Dictionary<object, object?>();

        public override IFeatureCollection Features { get; } = new FeatureCollection();

        public override CancellationToken ConnectionAborted => _aborted.Token;

        public override void Abort() => _aborted.Cancel();

        public void Dispose() => _aborted.Dispose();
    }
}
