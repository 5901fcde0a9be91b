using System.Globalization;

namespace SmsConsole.SiteServer.Formats;

/// <summary>The values inside an entry: how many, what they may be, and the code of the fault when they are not.</summary>
internal sealed partial class SiteControlReader
{
    /// <summary>711 or 712: they name the same faults in two types of file.</summary>
    private int TransactionCode => definition?.Type == SiteControlFileType.LocalTransactions
        ? FormatErrorCode.BadLocalTransaction
        : FormatErrorCode.BadTransaction;

    private bool Escapes => syntax == SiteControlFile.OwnSyntax;

    /// <summary>The bare values of an entry; a negative count asks for at least one. Null after a fault.</summary>
    private List<Value>? Values(ScannedEntry entry, int count, string? subKeyword = null)
    {
        List<Value> values = [];
        foreach (SiteControlItem item in entry.Items)
        {
            if (item.Keyword.Length == 0)
            {
                values.AddRange(item.Values.Select(raw => new Value(Text(raw), item.Line)));
            }
            else if (item.Keyword != subKeyword)
            {
                Fail(CodeOf(entry.Name), item.Line, $"{item.Keyword} does not belong in {entry.Name}.");
                return null;
            }
        }

        return Counted(values, entry.Name, entry.FirstLine, count);
    }

    private List<Value>? Values(ScannedEntry entry, SiteControlItem item, int count) =>
        Counted([.. item.Values.Select(raw => new Value(Text(raw), item.Line))], entry.Name, item.Line, count);

    private List<Value>? Counted(List<Value> values, string name, int line, int count)
    {
        if (count < 0 ? values.Count > 0 : values.Count == count)
        {
            return values;
        }

        Fail(CodeOf(name), line, $"{name} has {values.Count} values{(count < 0 ? "" : $", not {count}")}.");
        return null;
    }

    private string Text(string raw) => Escapes ? SiteControlEscape.Decode(raw) : raw;

    private uint Number(Value value, int code)
    {
        if (!uint.TryParse(value.Text, NumberStyles.None, CultureInfo.InvariantCulture, out uint number))
        {
            Fail(code, value.Line, "Not a number from 0 to 4294967295.");
        }

        return number;
    }

    private bool Flag(Value value, int code)
    {
        if (value.Text is not ("0" or "1"))
        {
            Fail(code, value.Line, "A flag is neither 0 nor 1.");
        }

        return value.Text == "1";
    }

    private DateTimeOffset Time(Value value)
    {
        if (long.TryParse(value.Text, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
            && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds())
        {
            return DateTimeOffset.FromUnixTimeSeconds(seconds);
        }

        Fail(FormatErrorCode.BadSiteInfo, value.Line, "The time stamp is not a count of seconds since 1970.");
        return default;
    }

    /// <summary>A site code is not case sensitive (Resource Kit, S3D59); ours are capitals.</summary>
    private string SiteCode(Value value)
    {
        string code = value.Text.ToUpperInvariant();
        if (!SiteControlRules.IsSiteCode(code))
        {
            Fail(FormatErrorCode.BadSiteInfo, value.Line, "Not a site code: three letters or digits, and no device name.");
        }

        return code;
    }

    private int CodeOf(string entry) => entry switch
    {
        "TRANSACTION" => TransactionCode,
        "FILE_DEFINITION" or "SITE_ACCOUNT" => FormatErrorCode.BadSiteInfo,
        "DOMAIN" => FormatErrorCode.NoDomain,
        "ADDRESS" => FormatErrorCode.NoAccountOrAddress,
        "OUTBOX" or "COMPONENT" or "SENDER" => FormatErrorCode.NoComponentOrSender,
        _ => FormatErrorCode.CannotRead,
    };

    private void Fail(int code, int line, string message) => error ??= new(code, line + 1, message);

    private readonly record struct Value(string Text, int Line);
}
