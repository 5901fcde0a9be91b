namespace SmsConsole.SiteServer.Tests.Senders;

public sealed class SshLinkTests
{
    [Theory]
    [InlineData("10.0.2", "Microsoft.NETCore.App 10.0.2 [/d]", "Microsoft.NETCore.App 11.0.1 [/d]")]
    [InlineData("10.0.12", "Microsoft.NETCore.App 11.0.1 [/d]", "Microsoft.NETCore.App 10.0.12 [/d]", "Microsoft.NETCore.App 10.0.9 [/d]")]
    [InlineData("9.0.1", "Microsoft.NETCore.App 8.0.20 [/d]", "Microsoft.NETCore.App 9.0.1 [/d]")]
    [InlineData("11.0.0-preview.1", "Microsoft.NETCore.App 11.0.0-preview.1 [/d]")]
    [InlineData(null, "Microsoft.AspNetCore.App 10.0.2 [/d]", "Microsoft.NETCore.App nonsense", "")]
    [InlineData(null)]
    public void RuntimeOf_ListedRuntimes_PrefersTheOneOurProgramRunsOn(string? expected, params string[] listed) =>
        Assert.Equal(expected, SshLink.RuntimeOf(listed));
}
