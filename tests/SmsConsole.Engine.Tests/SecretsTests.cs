using SmsConsole.Data.Queries;
using SmsConsole.SiteServer;

namespace SmsConsole.Engine.Tests;

public class SecretsTests
{
    private const string Secret = "not-for-a-log";

    [Fact]
    public void ToString_HolderOfASecret_DoesNotTellIt()
    {
        var address = new NewAddress("Lan", LinkTransport.Ssh, "host", PrivateKey: Secret);
        object[] holders =
        [
            new LinkAddress("S01", "ssh", "/srv/sms", "host", PrivateKey: Secret),
            new BootstrapOrder("S01", "P01", Guid.Empty, "key", Secret, new ReturnAddress("collect", null)),
            address,
            new NewSite("S01", "Branch", "/srv/sms", address),
            new NewUser("nina", Role.Viewer, Secret),
            new DatabaseSettings(DatabaseProvider.SqlServer, $"Server=x;Password={Secret}"),
        ];

        Assert.All(holders, holder => Assert.DoesNotContain(Secret, holder.ToString(), StringComparison.Ordinal));
    }
}
