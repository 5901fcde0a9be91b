using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using SmsConsole.Data.Sites;
using SmsConsole.SiteServer;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.Engine;

/// <summary>The addresses of the database, with their secrets made readable for the sender only.</summary>
internal sealed class AddressBook(EngineStore store, IDataProtectionProvider protection) : IAddressBook
{
    /// <summary>The one sender there is.</summary>
    public const string LanSender = "Lan";

    private readonly IDataProtector _keys = Protector(protection);

    /// <summary>What private keys of addresses are encrypted with.</summary>
    public static IDataProtector Protector(IDataProtectionProvider protection) => protection.CreateProtector("address");

    public async ValueTask<LinkAddress?> FindAsync(string destination, CancellationToken cancellationToken)
    {
        var address = await store.ReadAsync((db, token) => db.Addresses.FirstOrDefaultAsync(a => a.Destination == destination && a.Sender == LanSender, token), cancellationToken);
        return address is null ? null : Open(address);
    }

    /// <summary>An address as the sender needs it, its private key readable.</summary>
    public LinkAddress Open(SiteAddress address) => new(
        address.Destination,
        address.Transport switch
        {
            LinkTransport.Local => "local",
            LinkTransport.Ssh => "ssh",
        },
        address.Directory,
        address.Host,
        address.Port ?? 22,
        address.User,
        address.ProtectedPrivateKey is { } key ? _keys.Unprotect(key) : null,
        address.HostKey);
}

/// <summary>Public keys of the children, as their Bootstrap services confirmed them. Another incarnation has no key here.</summary>
internal sealed class SitePeerKeys(EngineStore store) : IPeerKeys
{
    public async ValueTask<byte[]?> FindAsync(string source, Guid incarnation, CancellationToken cancellationToken) =>
        await store.ReadAsync(
            (db, token) => db.Sites.Where(s => s.Code == source && s.Incarnation == incarnation && s.Status != SiteStatus.Deleted).Select(s => s.PublicKey).FirstOrDefaultAsync(token),
            cancellationToken);
}
