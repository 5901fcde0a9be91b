namespace SmsConsole.Web.Features.Security;

internal static class LocalUrl
{
    /// <summary>The address if it stays in this console, else the home page: a sign-in never leads elsewhere.</summary>
    public static string OrHome(string? url)
    {
        // "//host" and "/\host" leave; a browser drops tabs and line ends before it reads an address.
        if (string.IsNullOrEmpty(url) || url[0] != '/' || url.Any(c => char.IsControl(c) || c == '\\') || url.StartsWith("//", StringComparison.Ordinal))
        {
            return "/";
        }

        return url.StartsWith("/login", StringComparison.OrdinalIgnoreCase) || url.StartsWith("/setup", StringComparison.OrdinalIgnoreCase) ? "/" : Ascii(url);
    }

    /// <summary>A header holds nothing else; what was escaped stays as it is.</summary>
    private static string Ascii(string url) => string.Concat(url.EnumerateRunes().Select(r => r.IsAscii ? r.ToString() : Uri.EscapeDataString(r.ToString())));
}
