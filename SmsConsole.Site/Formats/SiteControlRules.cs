namespace SmsConsole.SiteServer.Formats;

/// <summary>What must hold for a whole image, whatever file it came from.</summary>
internal static class SiteControlRules
{
    private const int MaxVersionLength = 32;

    /// <summary>Device names cannot be directory names on Windows, so they cannot be site codes (KB182420).</summary>
    public static bool IsSiteCode(string code) =>
        code.Length == 3 && code.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c)) && code is not ("CON" or "PRN" or "AUX" or "NUL");

    /// <summary>A build or syntax version as it stands between the brackets of the first line.</summary>
    public static bool IsVersion(string text) => text.Length is > 0 and <= MaxVersionLength
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '+' or '_');

    /// <summary>The first rule the image breaks, or null.</summary>
    public static FormatError? Broken(SiteControlImage image)
    {
        if (image.IsTransactions)
        {
            return image.Transactions.Count > 0 ? null : image.Type == SiteControlFileType.LocalTransactions
                ? Missing(FormatErrorCode.BadLocalTransaction, "There is no transaction.")
                : Missing(FormatErrorCode.BadTransaction, "There is no transaction.");
        }

        if (image.Account is not { } account)
        {
            return Missing(FormatErrorCode.NoAccountOrAddress, "There is no SITE_ACCOUNT.");
        }

        if (account.SiteCode != image.TargetSite)
        {
            return Missing(FormatErrorCode.BadSiteInfo, $"The file is for {image.TargetSite}, its account for {account.SiteCode}.");
        }

        if (account.ParentCode == account.SiteCode)
        {
            return Missing(FormatErrorCode.BadSiteInfo, $"{account.SiteCode} is its own parent.");
        }

        if (account.Type == SiteControlSiteType.Secondary && account.ParentCode.Length == 0)
        {
            return Missing(FormatErrorCode.BadSiteInfo, "A secondary site without a parent.");
        }

        if (image.Domains.Count == 0)
        {
            return Missing(FormatErrorCode.NoDomain, "There is no DOMAIN.");
        }

        if (image.Addresses.Count == 0)
        {
            return Missing(FormatErrorCode.NoAccountOrAddress, "There is no ADDRESS.");
        }

        if (account.Type == SiteControlSiteType.Primary && (account.SqlServer.Length == 0 || account.SqlDatabase.Length == 0))
        {
            return Missing(FormatErrorCode.NoSql, "A primary site without SQL server or database name.");
        }

        return image.Components.Count == 0 || image.Senders.Count == 0
            ? Missing(FormatErrorCode.NoComponentOrSender, "There is no COMPONENT or no SENDER.")
            : null;
    }

    private static FormatError Missing(int code, string message) => new(code, 0, message);
}
