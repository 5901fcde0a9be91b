using System.Security.Cryptography;
using System.Text;

namespace SmsConsole.SiteServer.Trust;

/// <summary>
/// What ties a new site's key to the single-use token its parent gave it: HMAC-SHA-256 keyed by the token's UTF-8 bytes over
/// <c>code|incarnation (N)|publicKey (base64)</c>.
/// </summary>
public static class EnrolmentProof
{
    /// <summary>A fresh token: 128 bits, base64url.</summary>
    public static string NewToken() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(16)).Replace('+', '-').Replace('/', '_').TrimEnd('=');

    public static string Compute(string token, string siteCode, Guid incarnation, string publicKey) =>
        Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes($"{siteCode}|{incarnation:N}|{publicKey}")));

    public static bool IsValid(Enrolment enrolment, string token) =>
        CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(enrolment.Proof),
            Encoding.UTF8.GetBytes(Compute(token, enrolment.SiteCode, enrolment.Incarnation, enrolment.PublicKey)));
}
