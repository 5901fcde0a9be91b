using SmsConsole.SiteServer.Formats;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.SiteServer.Tests.Senders;

/// <summary>Links that do what a test says, for any site but X99, and an observer that remembers.</summary>
internal sealed class ScriptedLinks : IAddressBook, ILinkFactory, ISendObserver
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _open = [];
    private readonly Dictionary<string, int> _most = [];
    private TaskCompletionSource _go = Done();

    public Exception? Fail { get; set; }

    public Exception? FailCompletion { get; set; }

    /// <summary>What the question whether a sending may go on throws.</summary>
    public Exception? FailMayGoOn { get; set; }

    public int Asked { get; private set; }

    public HashSet<string> CancelledJobs { get; } = [];

    public List<string> Sent { get; } = [];

    public List<string> Completed { get; } = [];

    public List<string> Cancelled { get; } = [];

    public List<string> Failed { get; } = [];

    public int Opened { get; private set; }

    public int Open
    {
        get
        {
            lock (_gate)
            {
                return _open.Values.Sum();
            }
        }
    }

    public int MostAtOnce(string destination) => _most.GetValueOrDefault(destination);

    /// <summary>Sendings stop in their middle until <see cref="Release"/>.</summary>
    public void Hold() => _go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release() => _go.TrySetResult();

    public async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 3000; i++)
        {
            lock (_gate)
            {
                if (condition())
                {
                    return;
                }
            }

            await Task.Delay(5);
        }

        Assert.Fail("It did not come to pass.");
    }

    public ValueTask<LinkAddress?> FindAsync(string destination, CancellationToken cancellationToken) =>
        ValueTask.FromResult(destination == "X99" ? null : new LinkAddress(destination, "local", "/"));

    public Task<ISiteLink> OpenAsync(LinkAddress address, CancellationToken cancellationToken)
    {
        Opened++;
        return Fail is null ? Task.FromResult<ISiteLink>(new Link(this, address.Destination)) : Task.FromException<ISiteLink>(Fail);
    }

    public Task<IReadOnlyList<string>> ScanHostKeysAsync(string host, int port, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<bool> MayGoOnAsync(string jobId, CancellationToken cancellationToken)
    {
        Asked++;
        return FailMayGoOn is null ? ValueTask.FromResult(!CancelledJobs.Contains(jobId)) : ValueTask.FromException<bool>(FailMayGoOn);
    }

    public ValueTask ProgressAsync(SendRequest request, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask CompletedAsync(SendRequest request, CancellationToken cancellationToken) => Note(Completed, request, FailCompletion);

    public ValueTask CancelledAsync(SendRequest request, CancellationToken cancellationToken) => Note(Cancelled, request, null);

    public ValueTask FailedAsync(SendRequest request, CancellationToken cancellationToken) => Note(Failed, request, null);

    private ValueTask Note(List<string> list, SendRequest request, Exception? failure)
    {
        if (failure is not null)
        {
            return ValueTask.FromException(failure);
        }

        lock (_gate)
        {
            list.Add(request.RequestId);
        }

        return ValueTask.CompletedTask;
    }

    private static TaskCompletionSource Done()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }

    private void Count(string destination, int by)
    {
        lock (_gate)
        {
            _open[destination] = _open.GetValueOrDefault(destination) + by;
            _most[destination] = Math.Max(_most.GetValueOrDefault(destination), _open[destination]);
        }
    }

    private sealed class Link(ScriptedLinks owner, string destination) : ISiteLink
    {
        public Task<LinkProbe> ProbeAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public async Task<Enrolment> BootstrapAsync(BootstrapOrder order, IProgress<(long Sent, long Total)> progress, CancellationToken cancellationToken)
        {
            await WaitAsync(cancellationToken);
            return new Enrolment(order.SiteCode, order.Incarnation, "key", "proof", "1.0.0", DateTimeOffset.UnixEpoch);
        }

        public Task EnsureRunningAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public async Task SendAsync(string name, string payloadFile, ReadOnlyMemory<byte> instruction, IProgress<(long Sent, long Total)> progress, CancellationToken cancellationToken)
        {
            await WaitAsync(cancellationToken);
            lock (owner._gate)
            {
                owner.Sent.Add(name);
            }
        }

        public Task<LogPiece> ReadLogAsync(string component, long offset, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private async Task WaitAsync(CancellationToken cancellationToken)
        {
            owner.Count(destination, 1);
            try
            {
                await owner._go.Task.WaitAsync(cancellationToken);
            }
            finally
            {
                owner.Count(destination, -1);
            }
        }
    }
}
