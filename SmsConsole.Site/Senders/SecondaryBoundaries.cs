using SmsConsole.SiteServer.Formats;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.SiteServer;

/// <summary>A secondary knows one address: its parent's.</summary>
public sealed class ParentAddress(SmsRoot root, SiteIdentity identity) : IAddressBook
{
    public ValueTask<LinkAddress?> FindAsync(string destination, CancellationToken cancellationToken)
    {
        if (destination != identity.ParentCode)
        {
            return ValueTask.FromResult<LinkAddress?>(null);
        }

        var directory = identity.ReturnAddress.Kind == "path" ? new SmsRoot(identity.ReturnAddress.Directory!).Receive : root.Collect;
        return ValueTask.FromResult<LinkAddress?>(new LinkAddress(destination, "drop", directory));
    }
}

/// <summary>Opens the one kind of link a secondary has.</summary>
public sealed class ParentLinks(IDisk disk) : ILinkFactory
{
    public Task<ISiteLink> OpenAsync(LinkAddress address, CancellationToken cancellationToken) =>
        Task.FromResult<ISiteLink>(new DropLink(disk, address.Directory));

    public Task<IReadOnlyList<string>> ScanHostKeysAsync(string host, int port, CancellationToken cancellationToken) =>
        throw new NotSupportedException("A secondary site reaches nobody but its parent.");
}

/// <summary>A secondary has no database: its send requests are their files, and the log.</summary>
public sealed class FileObserver : ISendObserver
{
    public ValueTask<bool> MayGoOnAsync(string jobId, CancellationToken cancellationToken) => ValueTask.FromResult(true);

    public ValueTask ProgressAsync(SendRequest request, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask CompletedAsync(SendRequest request, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask CancelledAsync(SendRequest request, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask FailedAsync(SendRequest request, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
