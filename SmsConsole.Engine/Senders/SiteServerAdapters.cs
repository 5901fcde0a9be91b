using Microsoft.EntityFrameworkCore;
using SmsConsole.SiteServer;
using SmsConsole.SiteServer.Content;
using SmsConsole.SiteServer.Formats;

namespace SmsConsole.Engine;

/// <summary>The package library says what is wrong with SYSTEM.MAP; here it becomes an expected failure of a job.</summary>
internal sealed class SitePackageSource(SitePackageLibrary library) : ISitePackageSource
{
    public async Task<string> GetAsync(string? runtimeId, CancellationToken cancellationToken)
    {
        try
        {
            return await library.GetAsync(runtimeId, cancellationToken);
        }
        catch (InvalidDataException e)
        {
            throw new SitePackageException(e.Message);
        }
    }
}

/// <summary>The sender's own handles.</summary>
internal sealed class SendControl(Func<Sender> sender) : ISendControl
{
    public void RetryNow(string requestId) => sender().RetryNow(requestId);

    public void SetPriority(string requestId, int priority) => sender().SetPriority(requestId, (SendRequestPriority)priority);
}

/// <summary>Children that have confirmed: their outbound files are fetched and their site servers kept running.</summary>
internal sealed class ConfirmedSites(EngineStore store, PrimarySite primary, IAddressBook addresses) : ICollectSources
{
    public async Task<IReadOnlyList<LinkAddress>> ListAsync(CancellationToken cancellationToken)
    {
        var codes = await store.ReadAsync(
            (db, token) => db.Sites
                .Where(s => s.ParentCode == primary.Code && s.PublicKey != null && s.Status != SiteStatus.Deleted)
                .OrderBy(s => s.Code).Select(s => s.Code).ToListAsync(token),
            cancellationToken);
        var found = new List<LinkAddress>(codes.Count);
        foreach (var code in codes)
        {
            if (await addresses.FindAsync(code, cancellationToken) is { } address)
            {
                found.Add(address);
            }
        }

        return found;
    }
}
