using System.Security.Cryptography;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.SiteServer.Trust;

/// <summary>Whether a payload is the one its envelope names.</summary>
public static class PayloadCheck
{
    /// <summary>True when the file has the length and hash that were signed. The length is looked at first.</summary>
    public static async Task<bool> MatchesAsync(IDisk disk, string payload, Envelope envelope, CancellationToken cancellationToken)
    {
        if (disk.Length(payload) != envelope.Length)
        {
            return false;
        }

        await using var stream = disk.OpenRead(payload);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken)) == envelope.Sha256;
    }
}
