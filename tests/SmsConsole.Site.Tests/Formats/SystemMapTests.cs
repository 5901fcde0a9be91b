using System.Text;
using SmsConsole.SiteServer.Formats;

namespace SmsConsole.SiteServer.Tests.Formats;

public sealed class SystemMapTests
{
    [Fact]
    public void Parse_GoldenFileWithEitherLineEnd_GivesSameBytesAndContents()
    {
        string lf = FormatFiles.GoldenText("system.map.golden");
        string crlf = FormatFiles.WithCrLf(lf);
        SystemMap first = Read(lf);

        Assert.Equal(lf, first.ToText());
        Assert.Equal(Encoding.UTF8.GetBytes(crlf), SystemMap.Parse(Encoding.UTF8.GetBytes(crlf)).Value!.ToBytes());
        Assert.Equal(first.Contents, Read(crlf).Contents);
    }

    [Fact]
    public void Parse_GoldenFile_ReadsEverySection()
    {
        SystemMapContents map = Read(FormatFiles.GoldenText("system.map.golden")).Contents;

        Assert.Equal<ValueList<string>>(["LINUX X64", "LINUX ARM64"], map.Platforms);
        Assert.Equal<ValueList<string>>(["DOS:STANDARD", "DOS:PCM", "WINNT:STANDARD", "WINNT:PCM"], map.CopyLists);
        Assert.Equal<ValueList<string>>(["SITE", "CLIENT"], map.Units);
        Assert.Equal<ValueList<string>>([""], map.IdList("spnumber")!);
        Assert.Equal(new SystemMapService("SMS_LAN_SENDER", (SiteComponentTraits)2765, "SENDER.DLL", ["CONNLAN.DLL"]), map.Services.Single());
        Assert.Equal<ValueList<string>>(["sms-site", "sms-site.dll", "lib/System.Runtime.dll"], map.FilesFor("linux x64", "site")!);
        Assert.Null(map.FilesFor("LINUX ARM64", "SITE"));
    }

    [Theory]
    [InlineData("Linux host 6.1 aarch64 GNU", "LINUX ARM64")]
    [InlineData("Linux host 6.1 x86_64 GNU", "LINUX X64")]
    [InlineData("riscv64", null)]
    public void PlatformOf_MachineDescription_FollowsTheIdLists(string description, string? expected) =>
        Assert.Equal(expected, Read(FormatFiles.GoldenText("system.map.golden")).Contents.PlatformOf(description));

    [Fact]
    public void Create_Contents_ReadBackEqual()
    {
        SystemMapContents contents = Read(FormatFiles.GoldenText("system.map.golden")).Contents;
        SystemMap map = SystemMap.From(contents);
        Assert.Equal(contents, map.Contents);
        Assert.Contains("FILES \"LINUX X64:SITE\" = \"sms-site\",\r\n", map.ToText());
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("PLATFORMS \"A\"", 1)]
    [InlineData("PLATFORMS = \"A\",", 1)]
    [InlineData("PLATFORMS = \"A", 1)]
    [InlineData("PLATFORMS = A", 1)]
    [InlineData("PLATFORMS = \"A\"\nPLATFORMS = \"B\"", 2)]
    [InlineData("IDLIST \"A\" = \"x\"\nIDLIST \"a\" = \"x\"", 2)]
    [InlineData("IDLIST = \"x\"", 1)]
    [InlineData("\nNONSENSE = \"x\"", 2)]
    [InlineData("SERVICE \"S\"\nBEGIN\nFLAGS = x", 3)]
    [InlineData("SERVICE \"S\"\nBEGIN\nFLAGS = 1 MAIN \"M\"\nPLATFORMS = \"A\"", 4)]
    [InlineData("DIRECTORY \"D\"\nBEGIN\n\"x\"", 1)]
    [InlineData("FILES \"A:SITE\" = \"../../etc/passwd\"", 0)]
    [InlineData("FILES \"A:SITE\" = \"/etc/passwd\"", 0)]
    [InlineData("FILES \"A:SITE\" = \"a\\b\"", 0)]
    [InlineData("FILES \"A:SITE\" = \"C:x\"", 0)]
    [InlineData("FILES \"A:SITE\" = \"lib//x\"", 0)]
    [InlineData("FILES \"A:SITE\" = \"lib/NUL.txt\"", 0)]
    public void Parse_BrokenMap_GivesLine(string text, int line)
    {
        FormatError error = SystemMap.Parse(text).Error!;
        Assert.Equal((FormatErrorCode.BadSystemMap, line), (error.Code, error.Line));
    }

    [Fact]
    public void Create_WhatTheFormatCannotCarry_IsAnError()
    {
        Assert.False(SystemMap.Create(new() { Platforms = ["a\"b"] }).IsOk);
        Assert.False(SystemMap.Create(new() { Platforms = ["a\" IDLIST \"b"] }).IsOk);
        Assert.False(SystemMap.Create(new() { IdLists = [new("x", [])] }).IsOk);
        Assert.Throws<ArgumentException>(() => SystemMap.From(new() { Files = [new("A:B", ["../x"])] }));
    }

    [Fact]
    public void Parse_BeyondEachLimit_IsAnError()
    {
        string[] tooMuch =
        [
            new('\n', SystemMap.MaxLines + 1),
            "; " + new string('x', SystemMap.MaxLineLength),
            "UNITS = " + string.Join(",\n", Enumerable.Repeat("\"a\",\"a\"", SystemMap.MaxItems / 2 + 1)),
        ];
        Assert.All(tooMuch, text => Assert.False(SystemMap.Parse(text).IsOk));
        Assert.False(SystemMap.Parse(new byte[SystemMap.MaxBytes + 1]).IsOk);
    }

    [Fact]
    public void Parse_TenThousandMutations_NeverThrowsAndRoundTrips() =>
        Mutations.Run([FormatFiles.Golden("system.map.golden")], 31, 10_000, bytes =>
        {
            ParseResult<SystemMap> result = SystemMap.Parse(bytes);
            Assert.True(result.IsOk || result.Error.Code == FormatErrorCode.BadSystemMap);
            if (result.IsOk)
            {
                Assert.Equal(bytes, result.Value.ToBytes());
                Assert.Equal(result.Value.Contents, SystemMap.From(result.Value.Contents).Contents);
            }
        });

    private static SystemMap Read(string text)
    {
        ParseResult<SystemMap> result = SystemMap.Parse(text);
        Assert.True(result.IsOk, result.Error?.ToString());
        return result.Value;
    }
}
