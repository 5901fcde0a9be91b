using SmsConsole.SiteServer;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.TestKit;

/// <summary>Links to hosts that are as a test says; nothing is sent anywhere.</summary>
public sealed class FakeLinks : ILinkFactory
{
    public LinkProbe Probe { get; set; } = new("Linux", "linux-x64", "10.0.12", 50L << 30, DirectoryState.Absent, Writable: true, "sms");

    /// <summary>What opening a link runs into, or null.</summary>
    public LinkException? Broken { get; set; }

    public IReadOnlyList<string> HostKeys { get; set; } = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPsP0XU6Y1Lh1w9p0b2Z8r1Jm0Jm0Jm0Jm0Jm0Jm0Jm"];

    public List<LinkAddress> Opened { get; } = [];

    public Task<ISiteLink> OpenAsync(LinkAddress address, CancellationToken cancellationToken)
    {
        Opened.Add(address);
        return Broken is null ? Task.FromResult<ISiteLink>(new FakeLink(this)) : Task.FromException<ISiteLink>(Broken);
    }

    public Task<IReadOnlyList<string>> ScanHostKeysAsync(string host, int port, CancellationToken cancellationToken) =>
        Broken is null ? Task.FromResult(HostKeys) : Task.FromException<IReadOnlyList<string>>(Broken);

    private sealed class FakeLink(FakeLinks links) : ISiteLink
    {
        public Task<LinkProbe> ProbeAsync(CancellationToken cancellationToken) => Task.FromResult(links.Probe);

        public Task<Enrolment> BootstrapAsync(BootstrapOrder order, IProgress<(long Sent, long Total)> progress, CancellationToken cancellationToken) =>
            throw new NotSupportedException("The tests of the engine play the sender themselves.");

        public Task EnsureRunningAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task SendAsync(string name, string payloadFile, ReadOnlyMemory<byte> instruction, IProgress<(long Sent, long Total)> progress, CancellationToken cancellationToken) =>
            throw new NotSupportedException("The tests of the engine play the sender themselves.");

        public Task<LogPiece> ReadLogAsync(string component, long offset, CancellationToken cancellationToken) => Task.FromResult(new LogPiece([$"{component} from {offset}"], 7));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
