using System.Globalization;

namespace SmsConsole.SiteServer.Formats;

/// <summary>Turns the entries of one file into its image; one instance reads one file. The first fault ends it.</summary>
internal sealed partial class SiteControlReader(TextSource source)
{
    private const string Title = "SITE CONTROL FILE";

    private readonly List<SiteControlEntry> entries = [];
    private readonly List<SiteControlTransaction> transactions = [];
    private readonly List<SiteControlProperty> properties = [];
    private readonly List<SiteControlPropertyList> propertyLists = [];
    private readonly List<SiteControlDomain> domains = [];
    private readonly List<SiteControlAddress> addresses = [];
    private readonly List<SiteControlOutbox> outboxes = [];
    private readonly List<SiteControlServer> servers = [];
    private readonly List<SiteControlComponent> components = [];
    private readonly List<SiteControlSender> senders = [];
    private readonly List<SiteControlForeign> foreign = [];
    private SiteControlImage? definition;
    private SiteControlAccount? account;
    private string build = "";
    private string syntax = "";
    private FormatError? error;

    public ParseResult<SiteControlFile> Read()
    {
        ReadHeader();
        SiteControlScanner scanner = new(source, firstLine: 1);
        int sections = 0;
        while (error is null && scanner.TryRead(out ScannedEntry? entry))
        {
            if (entry.Kind != SiteControlEntryKind.Trivia && ++sections > SiteControlFile.MaxSections)
            {
                Fail(FormatErrorCode.CannotRead, entry.FirstLine, $"More than {SiteControlFile.MaxSections} sections.");
                break;
            }

            entries.Add(new(entry.Kind, entry.Name, entry.FirstLine + 1, source.Verbatim(entry.FirstLine, entry.LineCount)));
            Take(entry);
        }

        if (error is null && scanner.Failure is { } failure)
        {
            Fail(CodeOf(failure.Inside), failure.Line, failure.Message);
        }

        if (error is null && definition is null)
        {
            error = new(FormatErrorCode.CannotRead, 0, "There is no FILE_DEFINITION.");
        }

        if (error is not null)
        {
            return error;
        }

        SiteControlImage image = Image();
        return SiteControlRules.Broken(image) is { } broken
            ? broken
            : new SiteControlFile(source, syntax, entries.ToValueList(), image);
    }

    private SiteControlImage Image() => definition! with
    {
        Transactions = transactions.ToValueList(),
        Account = account,
        Properties = properties.ToValueList(),
        PropertyLists = propertyLists.ToValueList(),
        Domains = domains.ToValueList(),
        Addresses = addresses.ToValueList(),
        Outboxes = outboxes.ToValueList(),
        Servers = servers.ToValueList(),
        Components = components.ToValueList(),
        Senders = senders.ToValueList(),
        Foreign = foreign.ToValueList(),
    };

    private void ReadHeader()
    {
        string line = source.LineCount == 0 ? "" : source.Line(0).TrimEnd().ToString();
        string[] parts = line.StartsWith(Title, StringComparison.Ordinal) ? line[Title.Length..].Trim().Split('[', ']') : [];
        if (parts is not ["", var first, var between, var second, ""] || !string.IsNullOrWhiteSpace(between)
            || !SiteControlRules.IsVersion(first) || !SiteControlRules.IsVersion(second))
        {
            Fail(FormatErrorCode.CannotRead, 0, $"The first line is not \"{Title} [build][syntax]\".");
            return;
        }

        (build, syntax) = (first, second);
        entries.Add(new(SiteControlEntryKind.Header, "", 1, source.Verbatim(0, 1)));
    }

    private void Take(ScannedEntry entry)
    {
        if (entry.Kind == SiteControlEntryKind.Trivia)
        {
            return;
        }

        if (definition is null && entry.Name != "FILE_DEFINITION")
        {
            Fail(FormatErrorCode.CannotRead, entry.FirstLine, $"{entry.Name} before FILE_DEFINITION.");
            return;
        }

        if (definition?.IsTransactions == true && entry.Name is not ("TRANSACTION" or "FILE_DEFINITION"))
        {
            Fail(TransactionCode, entry.FirstLine, $"{entry.Name} in a file of transactions.");
            return;
        }

        switch (entry.Kind == SiteControlEntryKind.Foreign ? "" : entry.Name)
        {
            case "FILE_DEFINITION": TakeDefinition(entry); break;
            case "TRANSACTION": TakeTransaction(entry); break;
            case "SITE_ACCOUNT": TakeAccount(entry); break;
            case "PROPERTY": TakeProperty(entry); break;
            case "PROPERTY_LIST": TakePropertyList(entry); break;
            case "DOMAIN": TakeDomain(entry); break;
            case "ADDRESS": TakeAddress(entry); break;
            case "OUTBOX": TakeOutbox(entry); break;
            case "SERVER": TakeServer(entry); break;
            case "COMPONENT": TakeComponent(entry); break;
            case "SENDER": TakeSender(entry); break;
            default: TakeForeign(entry); break;
        }
    }

    private void TakeDefinition(ScannedEntry entry)
    {
        if (definition is not null)
        {
            Fail(FormatErrorCode.BadSiteInfo, entry.FirstLine, "A second FILE_DEFINITION.");
            return;
        }

        if (Values(entry, 6) is not { } v)
        {
            return;
        }

        uint type = Number(v[0], FormatErrorCode.BadType);
        if (error is null && type is 0 or > 6)
        {
            Fail(FormatErrorCode.BadType, v[0].Line, $"There is no file type {type}.");
        }

        string target = SiteCode(v[2]);
        string origin = SiteCode(v[3]);
        DateTimeOffset posted = Time(v[4]);
        bool flag = Flag(v[5], FormatErrorCode.BadSiteInfo);
        definition = new()
        {
            Build = build,
            Type = type == 5 ? SiteControlFileType.LocalTransactions : (SiteControlFileType)type,
            Comment = v[1].Text,
            TargetSite = target,
            OriginatingSite = origin,
            PostedAt = posted,
            Posted = flag,
        };
    }

    private void TakeTransaction(ScannedEntry entry)
    {
        if (Values(entry, 5) is not { } v)
        {
            return;
        }

        if (!SiteControlTransaction.KnownTypes.Contains(v[0].Text))
        {
            Fail(TransactionCode, v[0].Line, "A transaction of a type nobody knows.");
        }

        transactions.Add(new(v[0].Text, Flag(v[1], TransactionCode), Number(v[2], TransactionCode), v[3].Text, v[4].Text));
    }

    private void TakeAccount(ScannedEntry entry)
    {
        if (account is not null)
        {
            Fail(FormatErrorCode.BadSiteInfo, entry.FirstLine, "A second SITE_ACCOUNT.");
            return;
        }

        if (Values(entry, 18) is not { } v)
        {
            return;
        }

        if (v[0].Text is not ("6" or "9"))
        {
            Fail(FormatErrorCode.BadSiteInfo, v[0].Line, "The site type is neither 6 (primary) nor 9 (secondary).");
        }

        account = new(
            v[0].Text == "9" ? SiteControlSiteType.Secondary : SiteControlSiteType.Primary,
            SiteCode(v[1]),
            v[2].Text.Length == 0 ? "" : SiteCode(v[2]),
            v[3].Text, v[4].Text, v[5].Text, v[6].Text, v[7].Text, v[8].Text, v[9].Text, v[10].Text,
            v[11].Text, v[12].Text, v[13].Text, v[14].Text, v[15].Text, v[16].Text, v[17].Text);
    }

    private void TakeProperty(ScannedEntry entry)
    {
        if (Values(entry, 4) is { } v)
        {
            properties.Add(new(v[0].Text, v[1].Text, v[2].Text, Number(v[3], FormatErrorCode.CannotRead)));
        }
    }

    private void TakePropertyList(ScannedEntry entry)
    {
        if (Values(entry, -1) is { } v)
        {
            propertyLists.Add(new(v[0].Text, v.Skip(1).Select(value => value.Text).ToValueList()));
        }
    }

    private void TakeDomain(ScannedEntry entry)
    {
        if (Values(entry, 3, "LOGONSERVER") is not { } v)
        {
            return;
        }

        if (v[2].Text is not ("1" or "2"))
        {
            Fail(FormatErrorCode.NoDomain, v[2].Line, "Logon servers are neither enumerated (1) nor listed (2).");
        }

        List<SiteControlLogonServer> logonServers = [];
        foreach (SiteControlItem item in entry.Items.Where(item => item.Keyword.Length > 0))
        {
            if (Values(entry, item, 4) is { } s)
            {
                logonServers.Add(new(s[0].Text, s[1].Text, Number(s[2], FormatErrorCode.NoDomain), s[3].Text));
            }
        }

        LogonServerSource from = v[2].Text == "2" ? LogonServerSource.Listed : LogonServerSource.Enumerated;
        domains.Add(new(v[0].Text, v[1].Text, from, logonServers.ToValueList()));
    }

    private void TakeAddress(ScannedEntry entry)
    {
        SiteControlItem counted = entry.Items[1];
        if (Values(entry, entry.Items[0], 4) is not { } v)
        {
            return;
        }

        string raw = counted.Values[0];
        int bracket = raw.IndexOf('(', StringComparison.Ordinal);
        if (bracket < 1 || !uint.TryParse(raw.AsSpan(1, bracket - 1), NumberStyles.None, CultureInfo.InvariantCulture, out uint count))
        {
            Fail(FormatErrorCode.NoAccountOrAddress, counted.Line, "The data of an ADDRESS is not #count(data).");
            return;
        }

        // The published sample miscounts by one, so only our own files are held to their count.
        if (Escapes && count != raw.Length - bracket)
        {
            Fail(FormatErrorCode.NoAccountOrAddress, counted.Line, $"The data of an ADDRESS has {raw.Length - bracket} characters, not {count}.");
        }

        addresses.Add(new(SiteCode(v[0]), SiteCode(v[1]), v[2].Text, v[3].Text, Text(raw[(bracket + 1)..^1])));
    }

    private void TakeOutbox(ScannedEntry entry)
    {
        if (Values(entry, 7) is not { } v)
        {
            return;
        }

        if (v[3].Text.Length != SiteControlOutbox.ScheduleLength || !v[3].Text.All(char.IsAsciiHexDigit))
        {
            Fail(FormatErrorCode.NoComponentOrSender, v[3].Line, "A schedule is not 168 hexadecimal digits.");
        }

        uint flags = Number(v[4], FormatErrorCode.NoComponentOrSender);
        outboxes.Add(new(v[0].Text, v[1].Text, v[2].Text, v[3].Text, flags, v[5].Text, v[6].Text));
    }

    private void TakeServer(ScannedEntry entry)
    {
        if (Values(entry, 4) is { } v)
        {
            servers.Add(new(v[0].Text, v[1].Text, Number(v[2], FormatErrorCode.CannotRead), v[3].Text));
        }
    }

    private void TakeComponent(ScannedEntry entry)
    {
        if (Values(entry, 5) is { } v)
        {
            var flags = (SiteComponentTraits)Number(v[0], FormatErrorCode.NoComponentOrSender);
            components.Add(new(flags, v[1].Text, v[2].Text, v[3].Text, v[4].Text));
        }
    }

    private void TakeSender(ScannedEntry entry)
    {
        if (Values(entry, 6, "OUTBOX") is not { } v)
        {
            return;
        }

        List<string> watched = [];
        foreach (SiteControlItem item in entry.Items.Where(item => item.Keyword.Length > 0))
        {
            if (Values(entry, item, 1) is { } names)
            {
                watched.Add(names[0].Text);
            }
        }

        var flags = (SiteComponentTraits)Number(v[0], FormatErrorCode.NoComponentOrSender);
        senders.Add(new(flags, v[1].Text, v[2].Text, Server: v[4].Text, Drive: v[3].Text, v[5].Text, watched.ToValueList()));
    }

    private void TakeForeign(ScannedEntry entry)
    {
        List<string> lines = [];
        for (int line = entry.FirstLine; line < entry.FirstLine + entry.LineCount; line++)
        {
            lines.Add(source.Line(line).ToString());
        }

        foreign.Add(new(entry.Name, lines.ToValueList()));
    }
}
