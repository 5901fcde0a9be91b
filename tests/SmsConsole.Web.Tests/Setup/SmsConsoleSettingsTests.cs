using Microsoft.Extensions.Configuration;
using SmsConsole.Engine;

namespace SmsConsole.Web.Tests.Setup;

public sealed class SmsConsoleSettingsTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("sms-settings-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private SettingsOutcome Load(params string[] args) => SmsConsoleSettings.Load(_root, args);

    [Fact]
    public void Load_NothingSaid_HasTheDefaultsOfTheContract()
    {
        var options = Load().Options!;

        Assert.Equal("http://localhost:5080", options.Urls);
        Assert.Equal(Path.Combine(_root, "data"), options.DataDirectory);
        Assert.Equal(new SiteSettings("P01", "Primary site"), options.Site);
        Assert.Equal(DatabaseProvider.Sqlite, options.Database.Provider);
        Assert.Contains(Path.Combine(_root, "data"), options.Database.ConnectionString, StringComparison.Ordinal);
        Assert.True(options.Engine.Enabled);
        Assert.Null(options.Setup.Administrator);
    }

    [Fact]
    public void Load_FileAndArguments_TheLastWins()
    {
        File.WriteAllText(Path.Combine(_root, "appsettings.json"), """{ "Site": { "Code": "ABC", "Name": "From the file" } }""");

        var options = Load("--Site:Name=From the arguments").Options!;

        Assert.Equal(new SiteSettings("ABC", "From the arguments"), options.Site);
    }

    [Fact]
    public void Load_ManyWrong_ListsThemAllAndCreatesNothing()
    {
        var outcome = Load(
            "--Urls=ftp://x", "--Proxies=10.0.0.5;nginx", "--Site:Code=p1", "--Site:Name=", "--Database:Provider=Oracle", "--Database:MaxBatchSize=-1", "--Database:CommandTimeout=soon",
            "--Engine:Enabled=maybe", "--Engine:Speed=9", "--Setup:Administrator=admin", "--DataDirctory=x");

        Assert.Null(outcome.Options);
        foreach (var start in new[] { "Urls:", "Proxies: \"nginx\"", "Site:Code:", "Site:Name:", "Database:Provider:", "Database:MaxBatchSize:", "Database:CommandTimeout:", "Engine:Enabled:", "Engine:Speed:", "Setup:", "DataDirctory:" })
        {
            Assert.Single(outcome.Errors, e => e.StartsWith(start, StringComparison.Ordinal));
        }

        Assert.Contains(outcome.Errors, e => e.Contains("Did you mean DataDirectory?", StringComparison.Ordinal));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root));
    }

    [Fact]
    public void Load_Proxies_AreAddressesAndNetworks() =>
        Assert.Equal(["10.0.0.5/32", "::1/128", "10.1.0.0/24"], Load("--Proxies=10.0.0.5; ::1;10.1.0.0/24").Options!.Proxies.Select(p => p.ToString()));

    [Theory]
    [InlineData("Proxies")]
    [InlineData("Urls")]
    public void Load_ListWhereOneTextIsMeant_IsAnError(string key) =>
        Assert.StartsWith($"{key}: is one text", Assert.Single(Load($"--{key}:0=10.0.0.5").Errors), StringComparison.Ordinal);

    [Theory]
    [InlineData("0.0.0.0/0")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.5")]
    [InlineData("010.0.0.5")]
    [InlineData("::ffff:10.0.0.5")]
    [InlineData("::ffff:0:0/96")]
    [InlineData("proxy.example")]
    public void Load_BadProxy_IsAnError(string proxy) =>
        Assert.StartsWith("Proxies:", Assert.Single(Load($"--Proxies={proxy}").Errors), StringComparison.Ordinal);

    [Theory]
    [InlineData("CON")]
    [InlineData("p01")]
    [InlineData("P012")]
    [InlineData("P01\n")]
    public void Load_BadSiteCode_IsAnError(string code) =>
        Assert.Contains(Load($"--Site:Code={code}").Errors, e => e.StartsWith("Site:Code", StringComparison.Ordinal));

    [Fact]
    public void Load_SqlServerWithoutConnectionString_IsAnError() =>
        Assert.Contains(Load("--Database:Provider=SqlServer").Errors, e => e.StartsWith("ConnectionStrings:SiteControl", StringComparison.Ordinal));

    [Fact]
    public void Load_BadConnectionString_DoesNotRepeatIt()
    {
        var error = Assert.Single(Load("--ConnectionStrings:SiteControl=Password secret").Errors);

        Assert.DoesNotContain("secret", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Sqlite", "Data Source=x.db;Colour=secret", "keyword 2 of 2")]
    [InlineData("Sqlite", "Data Source=x.db;Mode=secret", "a value")]
    [InlineData("Sqlite", "Mode=ReadWrite", "names no file")]
    [InlineData("Sqlite", "Server=secret", "keyword 1 of 1")]
    [InlineData("SqlServer", "Server=nowhere;Database=x;Colour=secret", "keyword 3 of 3")]
    [InlineData("SqlServer", "Server=nowhere;Connect Timeout=secret", "a value")]
    [InlineData("SqlServer", "Server=nowhere;Integrated Security=true;Authentication=ActiveDirectoryPassword;Password=secret", "a value")]
    [InlineData("SqlServer", "Database=secret", "names no server")]
    public void Load_ConnectionStringTheProviderCannotUse_IsExitCode2AndCreatesNothing(string provider, string connection, string says)
    {
        var outcome = Load("--Database:Provider=" + provider, "--ConnectionStrings:SiteControl=" + connection);

        var error = Assert.Single(outcome.Errors);
        Assert.StartsWith("ConnectionStrings:SiteControl: ", error, StringComparison.Ordinal);
        Assert.Contains(says, error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error, StringComparison.Ordinal);
        Assert.Equal(2, SmsConsoleSettings.Report(outcome.Errors, TextWriter.Null));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root));
    }

    [Theory]
    [InlineData("Sqlite", "Data Source=x.db;Cache=Shared")]
    [InlineData("SqlServer", "Server=nowhere;Database=SiteControl;User Id=sa;Password=secret;TrustServerCertificate=true")]
    [InlineData("SqlServer", "data source=tcp:nowhere,1433;initial catalog=SiteControl;uid=sa;pwd=secret")]
    public void Load_ConnectionStringTheProviderKnows_IsTaken(string provider, string connection) =>
        Assert.Equal(connection, Load("--Database:Provider=" + provider, "--ConnectionStrings:SiteControl=" + connection).Options!.Database.ConnectionString);

    [Fact]
    public void Load_DataDirectoryIsAFileOrBelowOne_IsAnError()
    {
        File.WriteAllText(Path.Combine(_root, "taken"), "");

        Assert.Contains(Load("--DataDirectory=taken").Errors, e => e.StartsWith("DataDirectory", StringComparison.Ordinal));
        Assert.Contains(Load("--DataDirectory=taken/below").Errors, e => e.StartsWith("DataDirectory", StringComparison.Ordinal));
    }

    [Fact]
    public void Load_UnwritableDataDirectory_IsAnError()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // Not even root creates files there.
        Assert.Contains(Load("--DataDirectory=/proc/sms/data").Errors, e => e.StartsWith("DataDirectory", StringComparison.Ordinal));
    }

    [Fact]
    public void Load_BrokenJson_IsAnErrorThatNamesTheFile()
    {
        File.WriteAllText(Path.Combine(_root, "appsettings.json"), "{ \"Site\": ");

        Assert.Contains("appsettings.json", Assert.Single(Load().Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Check_UnknownNameInTheEnvironment_IsNotOurs()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["HOME"] = "/root" }).Build();

        Assert.Empty(SmsConsoleSettings.Check(configuration, _root).Errors);
    }

    [Fact]
    public void SetupSettings_ToString_HidesThePassword() =>
        Assert.DoesNotContain("secret", new SetupSettings("admin", "secret-password").ToString(), StringComparison.Ordinal);
}
