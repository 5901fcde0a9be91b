using SmsConsole.SiteServer.Spool;

namespace SmsConsole.SiteServer;

/// <summary>A site's way to its parent: into the parent's RECEIVE on the same machine, or laid out for the parent to collect.</summary>
public sealed class DropLink(IDisk disk, string directory) : ISiteLink
{
    private const string NotHere = "A secondary site does not administer its parent.";

    public Task SendAsync(string name, string payloadFile, ReadOnlyMemory<byte> instruction, IProgress<(long Sent, long Total)> progress, CancellationToken cancellationToken)
    {
        var parent = Path.GetDirectoryName(directory);
        if (!disk.DirectoryExists(parent!))
        {
            throw new LinkException(LinkStage.Directory, $"{parent} is not there.");
        }

        return new Drop(disk, directory).SendFileAsync(name, payloadFile, instruction, progress, cancellationToken);
    }

    /// <summary>The parent looks after itself.</summary>
    public Task EnsureRunningAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<LinkProbe> ProbeAsync(CancellationToken cancellationToken) => throw new NotSupportedException(NotHere);

    public Task<Enrolment> BootstrapAsync(BootstrapOrder order, IProgress<(long Sent, long Total)> progress, CancellationToken cancellationToken) => throw new NotSupportedException(NotHere);

    public Task<LogPiece> ReadLogAsync(string component, long offset, CancellationToken cancellationToken) => throw new NotSupportedException(NotHere);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
