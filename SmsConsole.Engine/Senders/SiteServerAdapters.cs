using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
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

    public bool SetPriority(string requestId, int priority) => sender().SetPriority(requestId, (SendRequestPriority)priority);
}

/// <summary>Children that have confirmed: their outbound files are fetched and their site servers kept running.</summary>
internal sealed partial class ConfirmedSites(EngineStore store, PrimarySite primary, IDataProtectionProvider protection, ILogger<ConfirmedSites> log) : ICollectSources
{
    private readonly IDataProtector _keys = AddressBook.Protector(protection);

    /// <summary>Sites whose private key could not be decrypted; told once, not with every round.</summary>
    private readonly HashSet<string> _unreadable = new(StringComparer.Ordinal);

    public async Task<IReadOnlyList<LinkAddress>> ListAsync(CancellationToken cancellationToken)
    {
        var addresses = await store.ReadAsync(
            (db, token) => db.Addresses
                .Where(a => a.Sender == "Lan" && db.Sites.Any(s => s.Code == a.Destination && s.ParentCode == primary.Code && s.PublicKey != null && s.Status != SiteStatus.Deleted))
                .OrderBy(a => a.Destination).AsNoTracking().ToListAsync(token),
            cancellationToken);
        var found = new List<LinkAddress>(addresses.Count);
        foreach (var address in addresses)
        {
            try
            {
                found.Add(AddressBook.Open(address, _keys));
                _unreadable.Remove(address.Destination);
            }
            catch (CryptographicException e)
            {
                // This site is not reached until its address is given anew; the others are.
                if (_unreadable.Add(address.Destination))
                {
                    LogUnreadable(e, address.Destination);
                }
            }
        }

        return found;
    }

    [LoggerMessage(2961, LogLevel.Error, "{SiteCode}: the private key of its address cannot be decrypted; nothing is collected from it.")]
    private partial void LogUnreadable(Exception exception, string siteCode);
}
