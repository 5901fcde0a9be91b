using System.Text;
using SmsConsole.SiteServer.Formats;

namespace SmsConsole.SiteServer.Tests.Formats;

public sealed class FileInspectorTests
{
    [Fact]
    public void Describe_SiteControlFile_TellsWhatItSaysWithoutSecrets()
    {
        string text = FileInspector.Describe("/x/SITECTRL.CT0", FormatFiles.Golden("sms12-form.ct0"));
        Assert.StartsWith("SITECTRL.CT0: ", text);
        Assert.Contains("\nSite control file\n", text);
        Assert.Contains("  Type: Proposed (2)\n", text);
        Assert.Contains("  Parent: (none)\n", text);
        Assert.Contains("  Service account: (hidden)\n", text);
        Assert.Contains("  Component: SMS_EXECUTIVE, SMSEXEC.EXE, on ATLAS: Install, StartService, SetRegistry, PrimarySite, SecondarySite\n", text);
        Assert.Contains("  Outbox: RAS_X25_DEFAULT, MS_X25_RAS_SENDER, on ATLAS, 24 of 168 hours closed\n", text);
        Assert.Contains("  Round trip: same bytes\n", text);
        Assert.DoesNotContain("\\SMS_SITE", text);
    }

    [Fact]
    public void Describe_EachOtherFormat_IsRecognisedByItsContent()
    {
        Assert.Contains("  Files: LINUX X64:SITE: 3\n", FileInspector.Describe("a.txt", FormatFiles.Golden("system.map.golden")));
        string request = FileInspector.Describe("a.txt", SendRequestTests.Request.ToBytes());
        Assert.Contains("  State: Sending\n", request);
        Assert.Contains("  Bytes: 4000000000 of 5000000000 acknowledged\n", request);
    }

    [Fact]
    public void Describe_BadFile_TellsLineAndCode()
    {
        byte[] bad = Encoding.UTF8.GetBytes(SiteControlSamples.Text().Replace("<1700000000>", "<soon>"));
        Assert.Contains("error 714, line 7: ", FileInspector.Describe("a.ct1", bad));
        Assert.Contains("error 710", FileInspector.Describe("a.714", [1, 2, 3]));
        Assert.Contains("error 5", FileInspector.Describe("a.srs", "{"u8.ToArray()));
        Assert.Contains("error 387", FileInspector.Describe("SYSTEM.MAP", []));
        Assert.Contains("Not a file this program knows.", FileInspector.Describe("a.bin", [0, 1, 2]));
    }

    [Fact]
    public void Describe_TextMeantForTheTerminal_IsMadeHarmless()
    {
        SiteControlImage image = SiteControlFile.Parse(SiteControlSamples.Text()).Value!.Image with { Comment = "a\u001b[2Jb\nc\u202ed" };
        string text = FileInspector.Describe("x\u001b.ct1", SiteControlFile.From(image).ToBytes());
        Assert.Contains("  Comment: a?[2Jb?c?d\n", text);
        Assert.DoesNotContain('\u001b', text);
    }

    [Fact]
    public void Describe_FiveThousandMutations_NeverThrows() =>
        Mutations.Run([FormatFiles.Golden("later-version.ct0"), FormatFiles.Golden("system.map.golden"), SendRequestTests.Request.ToBytes()], 51, 5_000,
            bytes => Assert.NotEmpty(FileInspector.Describe("x.ct1", bytes)));
}
