using System.Buffers;
using System.Globalization;
using System.Text;

namespace SmsConsole.SiteServer.Formats;

/// <summary>
/// The original format has no way to write <c>&lt;</c>, <c>&gt;</c> or a line end inside a value. Files with our
/// syntax version write these, <c>%</c> and control characters as <c>%</c> and two hexadecimal digits. Values of
/// files with another syntax version are never decoded: a percent sign there is a percent sign.
/// </summary>
internal static class SiteControlEscape
{
    private static readonly SearchValues<char> Reserved = SearchValues.Create(
        "<>%\u007F" + string.Concat(Enumerable.Range(0, ' ').Select(c => (char)c)));

    public static string Encode(string value)
    {
        if (!value.AsSpan().ContainsAny(Reserved))
        {
            return value;
        }

        StringBuilder encoded = new(value.Length + 16);
        foreach (char c in value)
        {
            if (Reserved.Contains(c))
            {
                encoded.Append(CultureInfo.InvariantCulture, $"%{(int)c:X2}");
            }
            else
            {
                encoded.Append(c);
            }
        }

        return encoded.ToString();
    }

    /// <summary>A percent sign without two digits behind it stands for itself: only a hand-edited file has one.</summary>
    public static string Decode(string value)
    {
        if (!value.Contains('%', StringComparison.Ordinal))
        {
            return value;
        }

        StringBuilder decoded = new(value.Length);
        for (int i = 0; i < value.Length; i++)
        {
            if (value[i] == '%' && i + 2 < value.Length && char.IsAsciiHexDigit(value[i + 1]) && char.IsAsciiHexDigit(value[i + 2]))
            {
                decoded.Append((char)int.Parse(value.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                i += 2;
            }
            else
            {
                decoded.Append(value[i]);
            }
        }

        return decoded.ToString();
    }
}
