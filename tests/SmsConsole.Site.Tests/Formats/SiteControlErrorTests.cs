using System.Text;
using SmsConsole.SiteServer.Formats;

namespace SmsConsole.SiteServer.Tests.Formats;

public sealed class SiteControlErrorTests
{
    [Theory]
    [InlineData("SITE CONTROL FILE [1][1.08]", "SITE CONTROL [1]", 710, 1)]
    [InlineData("SITE CONTROL FILE [1][1.08]", "SITE CONTROL FILE [1] x [1.08]", 710, 1)]
    [InlineData("BEGIN_FILE_DEFINITION", "PROPERTY <a><><><0>", 710, 2)]
    [InlineData("PROPERTY <Service Response><><><1>", "PROPERTY <Service Response><><>", 710, 13)]
    [InlineData("PROPERTY <Service Response><><><1>", "PROPERTY <Service Response><><><-1>", 710, 13)]
    [InlineData("PROPERTY <Service Response><><><1>", "PROPERTY <Service Response><>x<><1>", 710, 13)]
    [InlineData("PROPERTY <Service Response><><><1>", "PROPERTY <Service\nResponse><><><1>", 710, 13)]
    [InlineData("PROPERTY <Service Response><><><1>", "<stray>", 710, 13)]
    [InlineData("PROPERTY <Service Response><><><1>", "END_PROPERTY", 710, 13)]
    [InlineData("PROPERTY <Service Response><><><1>", "BEGIN_NEW_THING", 710, 13)]
    [InlineData("PROPERTY <Service Response><><><1>", "BEGIN_PROPERTY_LIST\nEND_PROPERTY_LIST", 710, 13)]
    [InlineData("PROPERTY <Service Response><><><1>", "PROPERTY <a\u0001><><><1>", 710, 13)]
    [InlineData("SERVER <HOST><Default", "SERVER <HOST><x><Default", 710, 0)]
    [InlineData("TRANSACTION <Heartbeat>", "TRANSACTION <Explode>", 711, 0, "6")]
    [InlineData("TRANSACTION <Heartbeat><0>", "TRANSACTION <Heartbeat><7>", 711, 0, "5")]
    [InlineData("TRANSACTION <Heartbeat><0><0><><>", "", 711, 0, "6")]
    [InlineData("TRANSACTION <Heartbeat>", "TRANSACTION <Explode>", 712, 0, "4")]
    [InlineData("TRANSACTION <Heartbeat><0><0><><>", "TRANSACTION Heartbeat", 712, 0, "4")]
    [InlineData("TRANSACTION <Heartbeat><0><0><><>", "", 712, 0, "4")]
    [InlineData("TRANSACTION <Heartbeat><0><0><><>", "TRANSACTION <Heartbeat><0><0><><>\nPROPERTY <a><><><0>", 712, 0, "4")]
    [InlineData("<2>\n<Proposed", "<7>\n<Proposed", 713, 3)]
    [InlineData("<2>\n<Proposed", "<0>\n<Proposed", 713, 3)]
    [InlineData("<2>\n<Proposed", "<two>\n<Proposed", 713, 3)]
    [InlineData("<S01>\n<P01>", "<S1>\n<P01>", 714, 5)]
    [InlineData("<S01>\n<P01>", "<AUX>\n<P01>", 714, 5)]
    [InlineData("<S01>\n<P01>", "<S02>\n<P01>", 714, 0)]
    [InlineData("<1700000000>", "<yesterday>", 714, 7)]
    [InlineData("<1700000000>", "<99999999999999>", 714, 7)]
    [InlineData("<0>\nEND_FILE_DEFINITION", "<0><0>\nEND_FILE_DEFINITION", 714, 2)]
    [InlineData("<0>\nEND_FILE_DEFINITION", "<0>\n", 714, 0)]
    [InlineData("END_FILE_DEFINITION", "END_FILE_DEFINITION\nBEGIN_FILE_DEFINITION\nEND_FILE_DEFINITION", 714, 10)]
    [InlineData("<9><S01>", "<8><S01>", 714, 11)]
    [InlineData("<9><S01><P01>", "<9><S01><>", 714, 0)]
    [InlineData("<9><S01><P01>", "<9><S01><S01>", 714, 0)]
    [InlineData("<9><S01><P01>", "<9><S01><P01><>", 714, 10)]
    [InlineData("BEGIN_DOMAIN\n<DOM>\n<NT>\n<2>\nLOGONSERVER <HOST><><0><C:>\nEND_DOMAIN\n", "", 715, 0)]
    [InlineData("<NT>\n<2>", "<NT>\n<3>", 715, 0)]
    [InlineData("LOGONSERVER", "LOGINSERVER", 715, 0)]
    [InlineData("END_DOMAIN", "", 715, 0)]
    [InlineData("ADDRESS <S01><P01><MS_LAN_SENDER><LAN_DEFAULT>\n  #10(host=p01)\n", "", 716, 0)]
    [InlineData("  #10(host=p01)", "", 716, 0)]
    [InlineData("  #10(host=p01)", "  #10(host=p01", 716, 0)]
    [InlineData("  #10(host=p01)", "  #ten(host=p01)", 716, 0)]
    [InlineData("BEGIN_SITE_ACCOUNT\n<9><S01><P01><HOST><DOM><Branch><C:\\SMS><><><><><><><><><><><>\nEND_SITE_ACCOUNT\n", "", 716, 0)]
    [InlineData("<9><S01><P01>", "<6><S01><P01>", 717, 0)]
    [InlineData("FFFF>", "FFF>", 718, 0)]
    [InlineData("FFFF>", "FFFG>", 718, 0)]
    [InlineData("FFFF>", "FFFF", 718, 0)]
    [InlineData("<2253>", "<many>", 718, 0)]
    [InlineData("<SMS_DESPOOLER>", "<SMS_DESPOOLER", 718, 0)]
    [InlineData("END_COMPONENT", "", 718, 0)]
    [InlineData("<SMS_LAN_SENDER>\nOUTBOX", "OUTBOX", 718, 0)]
    public void Parse_BrokenFile_GivesItsCode(string good, string bad, int code, int line, string type = "2")
    {
        string text = SiteControlSamples.Text(type);
        Assert.Contains(good, text, StringComparison.Ordinal);

        foreach (string twin in new[] { text.Replace(good, bad), FormatFiles.WithCrLf(text.Replace(good, bad)) })
        {
            FormatError? error = SiteControlFile.Parse(twin).Error;
            Assert.NotNull(error);
            Assert.True(code == error.Code, error.ToString());
            Assert.Equal("." + code, error.Extension);
            if (line > 0)
            {
                Assert.Equal(line, error.Line);
            }
        }
    }

    [Fact]
    public void Parse_NothingOrNoise_CannotBeRead()
    {
        Assert.Equal(710, SiteControlFile.Parse("").Error!.Code);
        Assert.Equal(710, SiteControlFile.Parse([]).Error!.Code);
        Assert.Equal(710, SiteControlFile.Parse("SITE CONTROL FILE [1][1.08]").Error!.Code);
        Assert.Equal(710, SiteControlFile.Parse([0x1F, 0x8B, 0, 0, 10, 200]).Error!.Code);
        Assert.Equal(710, SiteControlFile.Parse("SITE CONTROL FILE [1][1.08]\n\ud800").Error!.Code);
    }

    [Fact]
    public void Parse_BeyondEachLimit_CannotBeRead()
    {
        string text = SiteControlSamples.Text();
        string[] tooMuch =
        [
            text + new string('\n', SiteControlFile.MaxBytes),
            text + "; " + new string('x', SiteControlFile.MaxLineLength),
            text + new string('\n', SiteControlFile.MaxLines),
            text + string.Concat(Enumerable.Repeat("PROPERTY <a><><><0>\n", SiteControlFile.MaxSections)),
            text + string.Concat(Enumerable.Repeat("; " + new string('Ж', 8000) + "\n", 70)),
        ];
        Assert.All(tooMuch, file => Assert.Equal(710, SiteControlFile.Parse(file).Error!.Code));
        Assert.True(SiteControlFile.Parse(text + "; " + new string('x', SiteControlFile.MaxLineLength - 2)).IsOk);
        Assert.Equal(710, SiteControlFile.Parse(new byte[SiteControlFile.MaxBytes + 1]).Error!.Code);
    }

    [Fact]
    public void Parse_OwnFileWithWrongCount_IsBadAddress()
    {
        string text = SiteControlSamples.Text().Replace("#10(", "#11(");
        Assert.True(SiteControlFile.Parse(text).IsOk);
        Assert.Equal(716, SiteControlFile.Parse(text.Replace("[1.08]", $"[{SiteControlFile.OwnSyntax}]")).Error!.Code);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Parse_TwentyThousandMutations_NeverThrowsAndRoundTrips(int seed)
    {
        byte[][] inputs =
        [
            FormatFiles.Golden("sms12-form.ct0"),
            FormatFiles.Golden("later-version.ct0"),
            Encoding.UTF8.GetBytes(SiteControlSamples.Text("4")),
            Encoding.UTF8.GetBytes(SiteControlSamples.Text()),
        ];
        int readable = 0;
        Mutations.Run(inputs, seed, 10_000, bytes =>
        {
            ParseResult<SiteControlFile> result = SiteControlFile.Parse(bytes);
            if (result.IsOk)
            {
                readable++;
                Assert.Equal(bytes, result.Value.ToBytes());
                Assert.Equal(result.Value.Image, SiteControlFile.Parse(result.Value.ToText()).Value!.Image);
                ParseResult<SiteControlFile> own = SiteControlFile.Create(result.Value.Image);
                Assert.True(own.IsOk || own.Error.Code is >= 710 and <= 718);
            }
            else
            {
                Assert.InRange(result.Error.Code, 710, 718);
            }
        });
        Assert.InRange(readable, 100, 9_900);
    }

    [Fact]
    public void Parse_GenuineFiles_ReadWholeOrFailCleanly()
    {
        if (FormatFiles.SamplesOrNull("sitectrl") is not { } folder)
        {
            Assert.Skip("The genuine samples (../shared/samples/sitectrl) are not installed.");
            return;
        }

        foreach (string path in Directory.GetFiles(folder))
        {
            string text = File.ReadAllText(path);
            foreach (byte[] bytes in new[] { File.ReadAllBytes(path), Encoding.UTF8.GetBytes(FormatFiles.WithCrLf(text)) })
            {
                ParseResult<SiteControlFile> result = SiteControlFile.Parse(bytes);
                if (Path.GetFileName(path).Contains("fragment", StringComparison.Ordinal))
                {
                    Assert.Equal((710, 1), (result.Error!.Code, result.Error.Line));
                }
                else
                {
                    Assert.True(result.IsOk, $"{path}: {result.Error}");
                    Assert.Equal(bytes, result.Value.ToBytes());
                }
            }
        }
    }

    [Fact]
    public void Parse_GenuinePropertiesInsideAFile_AreReadAndTheBrokenFragmentIsNot()
    {
        if (FormatFiles.SamplesOrNull("sitectrl") is not { } folder)
        {
            Assert.Skip("The genuine samples (../shared/samples/sitectrl) are not installed.");
            return;
        }

        string text = SiteControlSamples.Text();
        string map = File.ReadAllText(Path.Combine(folder, "sms20-install-map-fragment.map"));
        ParseResult<SiteControlFile> whole = SiteControlFile.Parse(text + map);
        Assert.Equal(1 + map.Split("PROPERTY").Length - 1, whole.Value!.Image.Properties.Count);

        string broken = File.ReadAllText(Path.Combine(folder, "sms20-client-configuration-fragment.ct0"));
        Assert.Equal(710, SiteControlFile.Parse(text + broken).Error!.Code);
        Assert.Equal(text + broken + "\nEND_CLIENT_CONFIGURATION", SiteControlFile.Parse(text + broken + "\nEND_CLIENT_CONFIGURATION").Value!.ToText());
    }
}
