using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using SmsConsole.Data.Sites;
using SmsConsole.SiteServer;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.Engine;

/// <summary>The addresses of the database, with their secrets made readable for the sender only.</summary>
internal sealed class AddressBook(EngineStore store, IDataProtectionProvider protection) : IAddressBook
{
    private readonly IDataProtector _keys = Protector(protection);

    /// <summary>What private keys of addresses are encrypted with.</summary>
    public static IDataProtector Protector(IDataProtectionProvider protection) => protection.CreateProtector("address");

    public async ValueTask<LinkAddress?> FindAsync(string destination, CancellationToken cancellationToken)
    {
        var address = await store.ReadAsync((db, token) => db.Addresses.FirstOrDefaultAsync(a => a.Destination == destination && a.Sender == "Lan", token), cancellationToken);
        return address is null ? null : Open(address, _keys);
    }

    /// <exception cref="System.Security.Cryptography.CryptographicException">Its private key was encrypted with a key ring that is not here.</exception>
    public static LinkAddress Open(SiteAddress address, IDataProtector keys) => new(
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
        address.ProtectedPrivateKey is { } key ? keys.Unprotect(key) : null,
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
