using System.Text.RegularExpressions;

namespace SmsConsole.Engine;

/// <summary>What user names and passwords may be; each check returns what is wrong, or null.</summary>
public static partial class UserRules
{
    public const int MinimumPasswordLength = 8;

    public const int MaximumPasswordLength = 128;

    public static string? CheckName(string name) =>
        NamePattern().IsMatch(name) ? null : "A user name has 1 to 64 characters: letters, digits and . - _ @, beginning with a letter or digit.";

    /// <summary>Length only: rules of composition make passwords worse (NIST SP 800-63B).</summary>
    public static string? CheckPassword(string password) =>
        password.Length is >= MinimumPasswordLength and <= MaximumPasswordLength ? null : $"A password has {MinimumPasswordLength} to {MaximumPasswordLength} characters.";

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}
