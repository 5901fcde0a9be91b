using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using SmsConsole.SiteServer;

namespace SmsConsole.Engine;

/// <summary>
/// What the fields of a new site may be. Codes are stable; messages are for the person at the form. Nothing here looks at the
/// database or the far side.
/// </summary>
internal static partial class SiteRules
{
    public const int MaximumName = 50;
    public const int MaximumDirectory = 400;

    /// <summary>Of one folder's name, on all the file systems in use.</summary>
    private const int MaximumSegment = 255;
    private const int MaximumPrivateKey = 32 << 10;
    private const int MaximumHostKey = 2000;

    private static readonly string[] _hostKeyTypes =
        ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa", "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"];

    public static IEnumerable<CommandError> Check(NewSite site)
    {
        if (!SiteCodes.IsWellFormed(site.Code ?? ""))
        {
            yield return Invalid("site.codeInvalid", "A site code has three characters: A to Z and 0 to 9.", "code");
        }
        else if (SiteCodes.IsReserved(site.Code!))
        {
            yield return Invalid("site.codeReserved", $"{site.Code} is a name Windows keeps for a device.", "code");
        }

        if (string.IsNullOrWhiteSpace(site.Name) || site.Name.Length > MaximumName || site.Name.Any(IsUnprintable) || site.Name.Trim() != site.Name)
        {
            yield return Invalid("site.nameInvalid", $"A site name has 1 to {MaximumName} printable characters, without a space at either end.", "name");
        }

        foreach (var error in CheckDirectory(site.InstallDirectory ?? "", site.Address?.Transport ?? LinkTransport.Local))
        {
            yield return error;
        }

        if (site.Address is null)
        {
            yield return Invalid("address.missing", "The site needs an address.", "address");
        }
        else
        {
            foreach (var error in CheckAddress(site.Address))
            {
                yield return error;
            }
        }
    }

    public static CommandError? CheckHost(string? host) =>
        IsHost(host ?? "") ? null : Invalid("address.hostInvalid", "This is neither a host name nor an IP address.", "address.host");

    public static CommandError? CheckPort(int? port) =>
        port is null or (>= 1 and <= 65535) ? null : Invalid("address.portInvalid", "A port is a number from 1 to 65535.", "address.port");

    /// <summary>A name of a component's log: never a path.</summary>
    public static bool IsLogName(string component) => LogName().IsMatch(component);

    private static IEnumerable<CommandError> CheckDirectory(string directory, LinkTransport transport)
    {
        var isAbsolute = transport == LinkTransport.Local
            ? Path.IsPathFullyQualified(directory)
            : directory.StartsWith('/') || WindowsRoot().IsMatch(directory);
        if (!isAbsolute || directory.Length > MaximumDirectory || directory.Any(IsUnprintable) || directory.Split('/', '\\').Any(s => s is ".." or "."))
        {
            yield return Invalid("directory.notAbsolute", "The install directory is an absolute path without . and .. in it.", "installDirectory");
        }
        else if (directory.Trim('/', '\\').Length == 0 || WindowsRoot().Match(directory).Length == directory.Length)
        {
            yield return Invalid("directory.isRoot", "The install directory is a folder of its own, not a whole drive.", "installDirectory");
        }
        else if (directory.Split('/', '\\').Any(s => Encoding.UTF8.GetByteCount(s) > MaximumSegment))
        {
            yield return Invalid("directory.nameTooLong", $"A folder's name has at most {MaximumSegment} bytes.", "installDirectory");
        }
    }

    private static IEnumerable<CommandError> CheckAddress(NewAddress address)
    {
        if (address.Sender != "Lan")
        {
            yield return Invalid("address.senderInvalid", "The sender is Lan.", "address.sender");
        }

        if (!Enum.IsDefined(address.Transport))
        {
            yield return Invalid("address.transportInvalid", "The site is reached by a local path or by SSH.", "address.transport");
        }

        if (address.Transport != LinkTransport.Ssh)
        {
            yield break;
        }

        if (CheckHost(address.Host) is { } host)
        {
            yield return host;
        }

        if (CheckPort(address.Port) is { } port)
        {
            yield return port;
        }

        if (address.User is not null && !User().IsMatch(address.User))
        {
            yield return Invalid("address.userInvalid", "A user name has 1 to 64 letters, digits and . _ - \\ @, and does not begin with a dash.", "address.user");
        }

        if (string.IsNullOrWhiteSpace(address.HostKey))
        {
            yield return Invalid("address.hostKeyMissing", "Ask the host for its key, compare it, and accept it.", "address.hostKey");
        }
        else if (!IsHostKey(address.HostKey))
        {
            yield return Invalid("address.hostKeyInvalid", "A host key is its type and the key in base64, as in known_hosts.", "address.hostKey");
        }

        if (address.PrivateKey is { } key && !IsPrivateKey(key))
        {
            yield return Invalid("address.privateKeyInvalid", "This is not the text of an OpenSSH private key.", "address.privateKey");
        }
    }

    private static bool IsHost(string host)
    {
        if (host.Length is 0 or > 253 || host.StartsWith('-'))
        {
            return false;
        }

        // Only digits and dots is an IPv4 address or a typing error, never a name.
        return IPAddress.TryParse(host, out var ip)
            ? ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? host.AsSpan().IndexOfAny("%[]") < 0 : host.Count(c => c == '.') == 3
            : HostName().IsMatch(host) && !host.All(c => char.IsAsciiDigit(c) || c == '.');
    }

    /// <summary>It becomes a line of a known-hosts file, so it is one word of base64 (which a decoder alone does not see to: it skips line ends), of the type it says.</summary>
    private static bool IsHostKey(string key)
    {
        var parts = key.Split(' ');
        if (key.Length > MaximumHostKey || parts.Length != 2 || !_hostKeyTypes.Contains(parts[0], StringComparer.Ordinal) || parts[1].Any(char.IsWhiteSpace))
        {
            return false;
        }

        var blob = new byte[MaximumHostKey];
        var type = Encoding.ASCII.GetBytes(parts[0]);
        return Convert.TryFromBase64String(parts[1], blob, out var length) && length >= 32
            && BinaryPrimitives.ReadInt32BigEndian(blob) == type.Length && blob.AsSpan(4, type.Length).SequenceEqual(type);
    }

    /// <summary>What would break a line, or show another text than there is: control characters, line separators, and those that turn the direction of what follows.</summary>
    private static bool IsUnprintable(char c) =>
        char.IsControl(c) || c is '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069')
        || char.GetUnicodeCategory(c) is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned;

    private static bool IsPrivateKey(string key) =>
        key.Length <= MaximumPrivateKey && key.StartsWith("-----BEGIN ", StringComparison.Ordinal) && key.Contains("PRIVATE KEY-----", StringComparison.Ordinal)
        && key.All(c => c is '\n' or '\r' || !char.IsControl(c));

    private static CommandError Invalid(string code, string message, string field) => new(CommandErrorKind.Invalid, code, message, field);

    [GeneratedRegex(@"^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex HostName();

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9._@\\-]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex User();

    [GeneratedRegex(@"^[A-Za-z]:[\\/]", RegexOptions.CultureInvariant)]
    private static partial Regex WindowsRoot();

    [GeneratedRegex(@"^[A-Za-z0-9_]{1,16}\z", RegexOptions.CultureInvariant)]
    private static partial Regex LogName();
}
