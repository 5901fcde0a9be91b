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
internal sealed class ConfirmedSites(EngineStore store, PrimarySite primary, AddressBook addresses) : ICollectSources
{
    public async Task<IReadOnlyList<LinkAddress>> ListAsync(CancellationToken cancellationToken)
    {
        // One question for all of them: this is asked every few seconds, and there may be hundreds.
        var found = await store.ReadAsync(
            (db, token) => (from site in db.Sites
                            join address in db.Addresses on site.Code equals address.Destination
                            where site.ParentCode == primary.Code && site.PublicKey != null && site.Status != SiteStatus.Deleted && address.Sender == AddressBook.LanSender
                            orderby site.Code
                            select address).ToListAsync(token),
            cancellationToken);
        return [.. found.Select(addresses.Open)];
    }
}
