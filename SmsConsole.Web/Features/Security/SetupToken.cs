using System.Security.Cryptography;
using System.Text;

namespace SmsConsole.Web.Features.Security;

/// <summary>The one-time token of this process: 128 random bits, printed at the start while there is no administrator.</summary>
public sealed class SetupToken
{
    public string Value { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>Takes the same time wherever the difference lies.</summary>
    public bool Matches(string? token) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token ?? string.Empty), Encoding.UTF8.GetBytes(Value));
}
