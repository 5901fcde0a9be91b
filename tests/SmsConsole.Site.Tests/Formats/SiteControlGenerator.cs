using SmsConsole.SiteServer.Formats;

namespace SmsConsole.SiteServer.Tests.Formats;

/// <summary>Random valid images with hostile texts. A failure names its seed, which reproduces it.</summary>
internal sealed class SiteControlGenerator(int seed)
{
    private static readonly string[] Texts =
    [
        "", " ", "a", "100%", "%3C", "<tag>", "a\r\nb", "END_SENDER", "\tx\t", ">", "%", "%%", "ü–Ж", "😀", "\u0000\u001b[31m", "; not a comment",
        "BEGIN_FILE_DEFINITION", "host=a;port=22", "({}{\\\\X\\SMS_SITE 00})", ")", "(", "\u007f", " trailing ", "\u0085\u2028",
    ];

    private readonly Random random = new(seed);

    public SiteControlImage Next()
    {
        SiteControlFileType[] types = Enum.GetValues<SiteControlFileType>();
        SiteControlFileType type = types[random.Next(types.Length)];
        string target = Code();
        SiteControlImage image = new()
        {
            Build = "1." + random.Next(1000),
            Type = type,
            Comment = Text(),
            TargetSite = target,
            OriginatingSite = Code(),
            PostedAt = DateTimeOffset.FromUnixTimeSeconds(random.NextInt64(4_000_000_000)),
            Posted = Bit(),
        };
        return image.IsTransactions
            ? image with { Transactions = Some(Transaction, 1) }
            : image with
            {
                Transactions = Some(Transaction),
                Account = Account(target),
                Properties = Some(() => new SiteControlProperty(Text(), Text(), Text(), Number())),
                PropertyLists = Some(() => new SiteControlPropertyList(Text(), Some(Text))),
                Domains = Some(() => new SiteControlDomain(Text(), Text(), Bit() ? LogonServerSource.Listed : LogonServerSource.Enumerated,
                    Some(() => new SiteControlLogonServer(Text(), Text(), Number(), Text()))), 1),
                Addresses = Some(() => new SiteControlAddress(Code(), Code(), Text(), Text(), Text() + Text()), 1),
                Outboxes = Some(() => new SiteControlOutbox(Text(), Text(), Text(),
                    string.Concat(Enumerable.Range(0, 168).Select(_ => random.Next(16).ToString("X"))), Number(), Text(), Text())),
                Servers = Some(() => new SiteControlServer(Text(), Text(), Number(), Text())),
                Components = Some(() => new SiteControlComponent((SiteComponentTraits)Number(), Text(), Text(), Text(), Text()), 1),
                Senders = Some(() => new SiteControlSender((SiteComponentTraits)Number(), Text(), Text(), Text(), Text(), Text(), Some(Text)), 1),
                Foreign = Some(() => new SiteControlForeign("LATER", ["BEGIN_LATER", "  SITE_KEY_FLAGS <0>", "", "\t<" + random.Next() + ">>", "END_LATER"])),
            };
    }

    private SiteControlAccount Account(string code)
    {
        bool primary = Bit();
        return new(primary ? SiteControlSiteType.Primary : SiteControlSiteType.Secondary, code, primary ? "" : "ZZ0",
            Text(), Text(), Text(), Text(), Text(), Text(), Text(), Text(), "sql" + Text(), Text(), Text(), "db" + Text(), Text(), Text(), Text());
    }

    private SiteControlTransaction Transaction() => new(
        SiteControlTransaction.KnownTypes[random.Next(SiteControlTransaction.KnownTypes.Count)], Bit(), Number(), Text(), Text());

    /// <summary>Never ends in 0, so never ZZ0, the parent.</summary>
    private string Code() => string.Concat((char)random.Next('A', 'Z' + 1), (char)random.Next('A', 'Z' + 1), (char)random.Next('1', '9' + 1));

    private string Text() => Texts[random.Next(Texts.Length)] + Texts[random.Next(Texts.Length)];

    private uint Number() => (uint)random.NextInt64(uint.MaxValue + 1L);

    private bool Bit() => random.Next(2) == 0;

    private ValueList<T> Some<T>(Func<T> make, int least = 0) => Enumerable.Range(0, least + random.Next(4)).Select(_ => make()).ToValueList();
}
