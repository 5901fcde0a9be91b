using System.Security.Cryptography;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.SiteServer.Trust;

/// <summary>A site's own key, ECDSA P-256. The private half never leaves the site's TRUST folder.</summary>
public sealed class SiteKey : IDisposable
{
    private const int MaximumKeyFile = 4096;
    private readonly ECDsa _key;
    private readonly Lock _gate = new();

    private SiteKey(ECDsa key)
    {
        _key = key;
        PublicKey = key.ExportSubjectPublicKeyInfo();
    }

    /// <summary>SubjectPublicKeyInfo.</summary>
    public byte[] PublicKey { get; }

    public static bool IsIn(IDisk disk, SmsRoot root) => disk.FileExists(FileOf(root));

    /// <summary>Loads the site's key, making one the first time.</summary>
    public static SiteKey LoadOrCreate(IDisk disk, SmsRoot root)
    {
        var file = FileOf(root);
        disk.CreateDirectory(root.Trust);
        if (disk.FileExists(file))
        {
            var loaded = ECDsa.Create();
            loaded.ImportPkcs8PrivateKey(disk.ReadAll(file, MaximumKeyFile), out _);
            return new SiteKey(loaded);
        }

        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        disk.Write(file, key.ExportPkcs8PrivateKey(), ownerOnly: true);
        return new SiteKey(key);
    }

    private static string FileOf(SmsRoot root) => Path.Combine(root.Trust, "SITE.KEY");

    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        lock (_gate)
        {
            return _key.SignData(data, HashAlgorithmName.SHA256);
        }
    }

    /// <summary>False for a wrong signature and for a key that is none.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(publicKey, out _);
            return key.KeySize == 256 && key.VerifyData(data, signature, HashAlgorithmName.SHA256);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    public void Dispose() => _key.Dispose();
}

/// <summary>Public keys of the sites this one hears from.</summary>
public interface IPeerKeys
{
    /// <summary>SubjectPublicKeyInfo of that incarnation of the site, or null when it is not (or no longer) known.</summary>
    ValueTask<byte[]?> FindAsync(string source, Guid incarnation, CancellationToken cancellationToken);
}
