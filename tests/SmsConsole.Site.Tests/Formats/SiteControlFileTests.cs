using System.Text;
using SmsConsole.SiteServer.Formats;

namespace SmsConsole.SiteServer.Tests.Formats;

public sealed class SiteControlFileTests
{
    [Theory]
    [InlineData("sms12-form.ct0")]
    [InlineData("later-version.ct0")]
    public void Parse_GoldenFileWithEitherLineEnd_GivesSameBytesAndImage(string name)
    {
        string lf = FormatFiles.GoldenText(name);
        string crlf = FormatFiles.WithCrLf(lf);

        SiteControlFile first = Read(lf);
        SiteControlFile second = Read(crlf);
        ParseResult<SiteControlFile> bytes = SiteControlFile.Parse(Encoding.UTF8.GetBytes(crlf));

        Assert.Equal(lf, first.ToText());
        Assert.Equal(crlf, second.ToText());
        Assert.Equal(Encoding.UTF8.GetBytes(crlf), bytes.Value!.ToBytes());
        Assert.Equal(first.Image, second.Image);
        Assert.Equal(first.Image, bytes.Value.Image);
    }

    [Fact]
    public void Parse_GoldenFile_ReadsEverySection()
    {
        SiteControlImage image = Read(FormatFiles.GoldenText("sms12-form.ct0")).Image;

        Assert.Equal(("786", SiteControlFileType.Proposed, "HQ1", true), (image.Build, image.Type, image.TargetSite, image.Posted));
        Assert.Equal(new DateTimeOffset(1996, 7, 16, 4, 50, 2, TimeSpan.Zero), image.PostedAt);
        Assert.Equal((SiteControlSiteType.Primary, "", "ATLAS", "SMS"),
            (image.Account!.Type, image.Account.ParentCode, image.Account.Server, image.Account.SqlDatabase));
        Assert.Equal("O'NEIL'S SITE, 100%25 north", image.Account.SiteName);
        Assert.Equal(new SiteControlProperty("User And Organization", "Ann Lee", "Northwind", 1), image.Properties[2]);
        Assert.Equal(new SiteControlPropertyList("Novell NetWare", [""]), image.PropertyLists[1]);
        Assert.Equal(new SiteControlLogonServer("ATLASSQL", "", 0, "E:"), image.Domains.Single().LogonServers[1]);
        Assert.StartsWith("{}{\\\\BRANCHONE\\SMS_SITE ", image.Addresses[1].Data);
        Assert.Equal(156 + "{}{\\\\BRANCHONE\\SMS_SITE }".Length, image.Addresses[1].Data.Length);
        Assert.Equal(SiteControlOutbox.AlwaysOpen, image.Outboxes[0].Schedule);
        Assert.Equal(("RAS_X25_DEFAULT", 1u, "E", "ATLAS"), (image.Outboxes[2].Name, image.Outboxes[2].Flags, image.Outboxes[2].Drive, image.Outboxes[2].Server));
        Assert.Equal(new SiteControlServer("ATLAS", "Default Package Server"), image.Servers.Single());
        Assert.Equal(SiteComponentTraits.Install | SiteComponentTraits.StartService | SiteComponentTraits.SetRegistry | SiteComponentTraits.PrimarySite,
            image.Components[1].Flags);
        Assert.Equal(("ATLAS", "E", "SMS_LAN_SENDER"), (image.Senders[0].Server, image.Senders[0].Drive, image.Senders[0].Name));
        Assert.Equal<ValueList<string>>(["LAN_DEFAULT"], image.Senders[0].Outboxes);
    }

    [Fact]
    public void Parse_SectionsOfLaterVersions_AreKeptThroughTheImage()
    {
        SiteControlImage image = Read(FormatFiles.GoldenText("later-version.ct0")).Image;
        Assert.Equal(["CLIENT_CONFIGURATION", "ROLE"], image.Foreign.Select(f => f.Name));
        Assert.Contains("\tProperty <Bin\\i386\\Ccim32.dll><Client Program>><2>", image.Foreign[0].Lines);

        Assert.Equal(image, SiteControlFile.From(image).Image);
    }

    [Theory]
    [InlineData("1", SiteControlFileType.Actual)]
    [InlineData("2", SiteControlFileType.Proposed)]
    [InlineData("3", SiteControlFileType.NewSite)]
    [InlineData("4", SiteControlFileType.Transactions)]
    [InlineData("5", SiteControlFileType.LocalTransactions)]
    [InlineData("6", SiteControlFileType.LocalTransactions)]
    public void Parse_EachType_IsRead(string number, SiteControlFileType expected)
    {
        string text = SiteControlSamples.Text(type: number);
        SiteControlFile file = Read(text);

        Assert.Equal(expected, file.Image.Type);
        Assert.Equal(text, file.ToText());
    }

    [Fact]
    public void Create_LocalTransactions_WritesSix()
    {
        string text = SiteControlFile.From(Read(SiteControlSamples.Text(type: "5")).Image).ToText();
        Assert.Contains("BEGIN_FILE_DEFINITION\r\n  <6>\r\n", text);
    }

    [Fact]
    public void Parse_TransactionTypeWithoutBrackets_IsRead()
    {
        string text = SiteControlSamples.Text(type: "4").Replace("TRANSACTION <Heartbeat><0><0><><>", "TRANSACTION InactiveDomains<0><2><DomainX,DomainY><>");
        Assert.Equal(new SiteControlTransaction("InactiveDomains", false, 2, "DomainX,DomainY", ""), Read(text).Image.Transactions.Single());
    }

    [Fact]
    public void Parse_BytesThatAreNotUtf8_ComeBackTheSame()
    {
        byte[] bytes = Encoding.Latin1.GetBytes(SiteControlSamples.Text().Replace("Proposed by test", "Zürich \u0096 caf\u00e9"));
        ParseResult<SiteControlFile> result = SiteControlFile.Parse(bytes);

        Assert.Equal("Zürich \u0096 café", result.Value!.Image.Comment);
        Assert.Equal(bytes, result.Value.ToBytes());
    }

    [Fact]
    public void Parse_ByteOrderMarkAndOddSpacing_ComeBackTheSame()
    {
        byte[] bytes = Encoding.UTF8.GetBytes("\uFEFF" + SiteControlSamples.Text().Replace("PROPERTY <", "  property\t< ").Replace("\r\n<", "\n\t <"));
        Assert.Equal(bytes, SiteControlFile.Parse(bytes).Value!.ToBytes());
    }

    [Fact]
    public void Parse_ForeignSyntax_DecodesNothing()
    {
        string foreign = SiteControlSamples.Text().Replace("Proposed by test", "50%3C");
        Assert.Equal("50%3C", Read(foreign).Image.Comment);
        Assert.Equal("50<", Read(foreign.Replace("[1.08]", $"[{SiteControlFile.OwnSyntax}]")).Image.Comment);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2026)]
    public void Create_AnyImage_ReadsBackEqual(int seed)
    {
        SiteControlGenerator generator = new(seed);
        for (int i = 0; i < 1000; i++)
        {
            SiteControlImage image = generator.Next();
            ParseResult<SiteControlFile> file = SiteControlFile.Create(image);
            Assert.True(file.IsOk, $"seed {seed}, image {i}: {file.Error}");
            ParseResult<SiteControlFile> again = SiteControlFile.Parse(file.Value.ToBytes());
            Assert.True(again.IsOk && again.Value.Image == image, $"seed {seed}, image {i}: {again.Error}");
            Assert.Equal(file.Value.ToText(), again.Value.ToText());
        }
    }

    [Fact]
    public void Create_ImageTheFormatCannotCarry_IsAnError()
    {
        SiteControlImage image = Read(SiteControlSamples.Text()).Image;

        Assert.Equal(FormatErrorCode.CannotRead, SiteControlFile.Create(image with { Comment = new('x', 9000) }).Error!.Code);
        Assert.Equal(FormatErrorCode.CannotRead, SiteControlFile.Create(image with { Comment = "\ud800" }).Error!.Code);
        Assert.Equal(FormatErrorCode.CannotRead, SiteControlFile.Create(image with { Foreign = [new("X", ["PROPERTY <sneaked><><><1>"])] }).Error!.Code);
        Assert.Equal(FormatErrorCode.BadSiteInfo, SiteControlFile.Create(image with { TargetSite = "CON" }).Error!.Code);
        Assert.Throws<ArgumentException>(() => SiteControlFile.From(image with { Domains = [] }));
    }

    [Fact]
    public void ToString_OfAnythingWithSecrets_ShowsNone()
    {
        SiteControlImage image = Read(SiteControlSamples.Text()).Image;
        SiteControlAccount account = image.Account! with { ServicePassword = "geheim" };
        string shown = image with { Account = account } + account.ToString() + new SiteControlProperty("Last Valid @", "geheim")
            + new SiteControlAddress("P01", "S01", "X", "", "geheim") + new SiteControlTransaction("Change@", Text1: "geheim");
        Assert.DoesNotContain("geheim", shown);
    }

    private static SiteControlFile Read(string text)
    {
        ParseResult<SiteControlFile> result = SiteControlFile.Parse(text);
        Assert.True(result.IsOk, result.Error?.ToString());
        return result.Value;
    }
}
