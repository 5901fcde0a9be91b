namespace SmsConsole.SiteServer;

/// <summary>Site codes: three characters, A-Z and 0-9, and none of the names Windows keeps for devices (KB182420).</summary>
public static class SiteCodes
{
    /// <summary>Names of devices.</summary>
    public static IReadOnlyList<string> Reserved { get; } = ["CON", "PRN", "AUX", "NUL"];

    /// <summary>True for three of A-Z and 0-9, reserved or not.</summary>
    public static bool IsWellFormed(string code) => code.Length == 3 && code.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c));

    public static bool IsReserved(string code) => Reserved.Contains(code, StringComparer.OrdinalIgnoreCase);

    public static bool IsValid(string code) => IsWellFormed(code) && !IsReserved(code);
}
