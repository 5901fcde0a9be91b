using System.Text.Json;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.SiteServer.Trust;

/// <summary>Who a secondary site is and whom it obeys; written once by the Bootstrap service (TRUST/IDENTITY).</summary>
/// <param name="ParentPublicKey">Base64 SubjectPublicKeyInfo: the only key whose instructions this site follows.</param>
public sealed record SiteIdentity(string SiteCode, string ParentCode, Guid Incarnation, string ParentPublicKey, ReturnAddress ReturnAddress)
{
    private const int MaximumFile = 16 << 10;

    /// <summary>Null before the bootstrap has begun.</summary>
    public static SiteIdentity? Load(IDisk disk, SmsRoot root)
    {
        var file = File(root);
        return disk.FileExists(file) ? SiteJson.TryRead(disk.ReadAll(file, MaximumFile), SiteJson.Default.SiteIdentity, out _) : null;
    }

    public void Save(IDisk disk, SmsRoot root)
    {
        disk.CreateDirectory(root.Trust);
        disk.Write(File(root), JsonSerializer.SerializeToUtf8Bytes(this, SiteJson.Default.SiteIdentity), ownerOnly: true);
    }

    private static string File(SmsRoot root) => Path.Combine(root.Trust, "IDENTITY");
}

/// <summary>A secondary hears its parent and nobody else.</summary>
public sealed class ParentKey(SiteIdentity identity) : IPeerKeys
{
    private readonly byte[] _key = Convert.FromBase64String(identity.ParentPublicKey);

    public ValueTask<byte[]?> FindAsync(string source, Guid incarnation, CancellationToken cancellationToken) =>
        ValueTask.FromResult(source == identity.ParentCode && incarnation == identity.Incarnation ? _key : null);
}
