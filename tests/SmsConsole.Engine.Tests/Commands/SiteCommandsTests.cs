using Microsoft.EntityFrameworkCore;
using SmsConsole.Data.Queries;
using SmsConsole.SiteServer;

namespace SmsConsole.Engine.Tests;

public class SiteCommandsTests
{
    private const string HostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPsP0XU6Y1Lh1w9p0b2Z8r1Jm0Jm0Jm0Jm0Jm0Jm0Jm";

    public static TheoryData<string, string> WrongFields => new()
    {
        { "code=s01", "site.codeInvalid" },
        { "code=S0", "site.codeInvalid" },
        { "code=S01\n", "site.codeInvalid" },
        { "code=CON", "site.codeReserved" },
        { "code=P01", "site.codeTaken" },
        { "name=", "site.nameInvalid" },
        { "name= x", "site.nameInvalid" },
        { "directory=srv/sms", "directory.notAbsolute" },
        { "directory=/srv/../etc", "directory.notAbsolute" },
        { "directory=/", "directory.isRoot" },
        { "directory=/srv/\u202Egnp.x", "directory.notAbsolute" },
        { "directory=/srv/" + new string('d', 256), "directory.nameTooLong" },
        { "name=a\u202Eb", "site.nameInvalid" },
        { "name=a\u2028b", "site.nameInvalid" },
        { "host=[::1]", "address.hostInvalid" },
        { "host=[::1]:80", "address.hostInvalid" },
        { "host=fe80::1%eth0", "address.hostInvalid" },
        { "hostKey=" + HostKey + "\n", "address.hostKeyInvalid" },
        { "hostKey=ssh-ed25519 AAAA\n" + HostKey[16..], "address.hostKeyInvalid" },
        { "hostKey=" + HostKey + "\n@cert-authority * " + HostKey, "address.hostKeyInvalid" },
        { "hostKey=ssh-rsa " + HostKey[12..], "address.hostKeyInvalid" },
        { "host=-oProxyCommand=x", "address.hostInvalid" },
        { "host=a b", "address.hostInvalid" },
        { "host=10.0.0", "address.hostInvalid" },
        { "port=0", "address.portInvalid" },
        { "port=65536", "address.portInvalid" },
        { "user=-l", "address.userInvalid" },
        { "hostKey=", "address.hostKeyMissing" },
        { "hostKey=ssh-ed25519 !", "address.hostKeyInvalid" },
        { "privateKey=secret", "address.privateKeyInvalid" },
        { "sender=Ras", "address.senderInvalid" },
    };

    [Theory]
    [MemberData(nameof(WrongFields))]
    public async Task Create_WrongField_IsRefusedWithItsCodeAndChangesNothing(string wrong, string code)
    {
        await using var primary = await TestPrimary.StartAsync();
        var created = await primary.Get<ISiteCommands>().CreateSecondarySiteAsync(TestPrimary.Administrator, With(wrong), TestPrimary.Cancel);

        Assert.Contains(created.Errors, e => e.Code == code && e.Field is not null);
        Assert.Single(await primary.ReadAsync(db => db.Sites.ToListAsync()));
        Assert.Empty(await primary.ReadAsync(db => db.Addresses.ToListAsync()));
        Assert.Empty(primary.Links.Opened);
        Assert.False(Assert.Single(await primary.ReadAsync(db => db.Audit.ToListAsync())).Succeeded);
    }

    [Fact]
    public async Task Create_SshSite_KeepsItsSecretsEncrypted()
    {
        await using var primary = await TestPrimary.StartAsync();
        var key = "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\n";
        var wanted = With("");
        var created = await primary.Get<ISiteCommands>().CreateSecondarySiteAsync(TestPrimary.Administrator, wanted with { Address = wanted.Address with { PrivateKey = key } }, TestPrimary.Cancel);

        Assert.True(created.Succeeded);
        Assert.Equal((DetailedStatus.NewSite, true), (created.Value.DetailedStatus, created.Value.UnderConstruction));
        var stored = Assert.Single(await primary.ReadAsync(db => db.Addresses.ToListAsync()));
        Assert.DoesNotContain("abc", stored.ProtectedPrivateKey);
        Assert.Equal(key, (await primary.Get<IAddressBook>().FindAsync("S01", TestPrimary.Cancel))!.PrivateKey);
        Assert.DoesNotContain(await primary.ReadAsync(db => db.SiteControl.Select(i => i.Text).ToListAsync()), t => t.Contains("PRIVATE KEY", StringComparison.Ordinal));
        Assert.Equal("collect", (await PlacedOrderAsync(primary)).ReturnAddress.Kind);
    }

    [Fact]
    public async Task RetryJob_ByAViewer_IsRefusedAndAudited()
    {
        await using var primary = await TestPrimary.StartAsync();

        var refused = await primary.Get<IJobCommands>().RetryAsync(new Actor("vera", Role.Viewer), "P0100001", TestPrimary.Cancel);

        Assert.Equal("actor.forbidden", Assert.Single(refused.Errors).Code);
        var row = Assert.Single(await primary.ReadAsync(db => db.Audit.ToListAsync()));
        Assert.Equal(("vera", "job.retry", false), (row.Who, row.Action, row.Succeeded));
    }

    [Fact]
    public async Task Create_Twice_IsTakenTheSecondTime()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.CreateSiteAsync();
        var again = await primary.Get<ISiteCommands>().CreateSecondarySiteAsync(TestPrimary.Administrator, primary.NewSite(), TestPrimary.Cancel);

        var error = Assert.Single(again.Errors, e => e.Code == "site.codeTaken");
        Assert.Equal(CommandErrorKind.Conflict, error.Kind);
    }

    [Fact]
    public async Task Create_PlaceOfAnother_IsRefusedAlsoThroughLinks()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.CreateSiteAsync();
        var taken = primary.NewSite().InstallDirectory;
        var link = Path.Combine(Path.GetDirectoryName(primary.Options.DataDirectory)!, "link");
        Directory.CreateSymbolicLink(link, primary.Options.DataDirectory);

        Assert.Equal("directory.inUse", await CodeAsync(primary, taken));
        Assert.Equal("directory.inUse", await CodeAsync(primary, Path.Combine(taken, "below")));
        Assert.Equal("directory.inUse", await CodeAsync(primary, Path.GetDirectoryName(taken)!));
        Assert.Equal("directory.primaryRoot", await CodeAsync(primary, primary.Root.Path));
        Assert.Equal("directory.primaryRoot", await CodeAsync(primary, Path.GetDirectoryName(primary.Options.DataDirectory)!));
        Assert.Equal("directory.primaryRoot", await CodeAsync(primary, Path.Combine(link, "new")));
    }

    [Theory]
    [InlineData(LinkStage.Connect, "host.unreachable")]
    [InlineData(LinkStage.Resolve, "host.unreachable")]
    [InlineData(LinkStage.HostKey, "address.hostKeyChanged")]
    [InlineData(LinkStage.Authenticate, "account.refused")]
    [InlineData(LinkStage.Directory, "directory.notWritable")]
    public async Task Preflight_LinkFails_SaysAtWhichStage(LinkStage stage, string code)
    {
        await using var primary = await TestPrimary.StartAsync();
        primary.Links.Broken = new LinkException(stage, "detail");
        var report = (await primary.Get<ISiteCommands>().PreflightAsync(TestPrimary.Administrator, With(""), TestPrimary.Cancel)).Value;

        Assert.False(report.Passed);
        Assert.Equal(code, Assert.Single(report.Checks, c => c.Outcome == CheckOutcome.Failed).Code);
    }

    [Fact]
    public async Task Preflight_CodeTakenWhileTheAddressIsIncomplete_SaysTakenAndNothingAboutThePlace()
    {
        await using var primary = await TestPrimary.StartAsync();
        var site = With("") with { Code = primary.Options.Site.Code, Address = new NewAddress("Lan", LinkTransport.Ssh) };
        var report = (await primary.Get<ISiteCommands>().PreflightAsync(TestPrimary.Administrator, site, TestPrimary.Cancel)).Value;

        Assert.Contains(report.Checks, c => c is { Code: "site.codeTaken", Outcome: CheckOutcome.Failed, Field: "code" });
        Assert.Contains(report.Checks, c => c is { Name: "Install directory", Outcome: CheckOutcome.Skipped });
    }

    [Fact]
    public async Task Preflight_FarSideUnfit_NamesEachReason()
    {
        await using var primary = await TestPrimary.StartAsync();
        primary.Links.Probe = new LinkProbe("Linux", null, null, 1 << 20, DirectoryState.NotEmpty, Writable: true, "sms");
        var report = (await primary.Get<ISiteCommands>().PreflightAsync(TestPrimary.Administrator, With(""), TestPrimary.Cancel)).Value;

        Assert.Equal(["directory.notEmpty", "disk.tooLittle", "runtime.missing"], report.Checks.Where(c => c.Outcome == CheckOutcome.Failed).Select(c => c.Code));
    }

    [Theory]
    [InlineData(OccupantRelation.Same, DirectoryState.NotEmpty, "/far/P07 holds SITE.SRV")]
    [InlineData(OccupantRelation.Inside, DirectoryState.Absent, "/far/P07 holds SITE.SRV")]
    [InlineData(OccupantRelation.Above, DirectoryState.NotEmpty, "SITE.SRV in /far/P07")]
    public async Task Preflight_AnotherSiteIsThere_NamesItAndCreatesNothing(OccupantRelation relation, DirectoryState state, string says)
    {
        await using var primary = await TestPrimary.StartAsync();
        primary.Links.Probe = primary.Links.Probe with { DirectoryState = state, Occupant = new DirectoryOccupant(relation, "SITE.SRV", "/far/P07") };
        var sites = primary.Get<ISiteCommands>();
        var failed = Assert.Single((await sites.PreflightAsync(TestPrimary.Administrator, With(""), TestPrimary.Cancel)).Value.Checks, c => c.Outcome == CheckOutcome.Failed);

        Assert.Equal(("directory.otherSite", "installDirectory"), (failed.Code, failed.Field));
        Assert.Contains(says, failed.Text, StringComparison.Ordinal);
        var created = await sites.CreateSecondarySiteAsync(TestPrimary.Administrator, With(""), TestPrimary.Cancel);
        Assert.Equal("directory.otherSite", Assert.Single(created.Errors).Code);
        Assert.Single(await primary.ReadAsync(db => db.Sites.ToListAsync()));
    }

    [Theory]
    [InlineData(Role.Viewer)]
    [InlineData(Role.Operator)]
    public async Task Create_NotAdministrator_IsForbidden(Role role)
    {
        await using var primary = await TestPrimary.StartAsync();
        var created = await primary.Get<ISiteCommands>().CreateSecondarySiteAsync(new Actor("vera", role), primary.NewSite(), TestPrimary.Cancel);

        Assert.Equal(CommandErrorKind.Forbidden, Assert.Single(created.Errors).Kind);
        Assert.Single(await primary.ReadAsync(db => db.Sites.ToListAsync()));
    }

    [Fact]
    public async Task Viewer_MayReadLogsAndNothingElse()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.CreateSiteAsync();
        await primary.RunAsync();
        var viewer = new Actor("vera", Role.Viewer);
        var sites = primary.Get<ISiteCommands>();
        var jobs = primary.Get<IJobCommands>();
        var job = (await primary.JobsAsync())[0].Id;
        CommandResult[] refused =
        [
            await sites.PreflightAsync(viewer, primary.NewSite(), TestPrimary.Cancel),
            await sites.RetryAsync(viewer, "S01", TestPrimary.Cancel),
            await sites.ScanHostKeysAsync(viewer, "localhost", 22, TestPrimary.Cancel),
            await jobs.CancelAsync(viewer, job, TestPrimary.Cancel),
            await jobs.RetryAsync(viewer, job, TestPrimary.Cancel),
            await jobs.SetPriorityAsync(viewer, job, JobPriority.Low, TestPrimary.Cancel),
        ];

        Assert.All(refused, r => Assert.Equal(CommandErrorKind.Forbidden, Assert.Single(r.Errors).Kind));
        Assert.True((await sites.ReadLogAsync(viewer, "S01", "despool", -100, TestPrimary.Cancel)).Succeeded);
        Assert.False((await primary.JobsAsync())[0].CancelRequested);
    }

    [Fact]
    public async Task ReadLog_OwnLog_GoesOnWhereItStopped()
    {
        await using var primary = await TestPrimary.StartAsync();
        await primary.Disk.AppendAsync(primary, "one\ntwo\n");
        var first = (await primary.Get<ISiteCommands>().ReadLogAsync(TestPrimary.Administrator, "P01", "test", 0, TestPrimary.Cancel)).Value;
        await primary.Disk.AppendAsync(primary, "three\nhalf a li");
        var second = (await primary.Get<ISiteCommands>().ReadLogAsync(TestPrimary.Administrator, "P01", "test", first.NextOffset, TestPrimary.Cancel)).Value;

        Assert.Equal(["one", "two"], first.Lines);
        Assert.Equal(["three"], second.Lines);
        var wrong = await primary.Get<ISiteCommands>().ReadLogAsync(TestPrimary.Administrator, "P01", "../trust", 0, TestPrimary.Cancel);
        Assert.Equal("log.nameInvalid", wrong.Errors[0].Code);
    }

    [Fact]
    public async Task Retry_NothingFailed_IsAConflict()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.CreateSiteAsync();
        Assert.Equal("site.notFailed", (await primary.Get<ISiteCommands>().RetryAsync(TestPrimary.Administrator, "S01", TestPrimary.Cancel)).Errors[0].Code);
        Assert.Equal("site.unknown", (await primary.Get<ISiteCommands>().RetryAsync(TestPrimary.Administrator, "S09", TestPrimary.Cancel)).Errors[0].Code);
    }

    [Fact]
    public async Task ScanHostKeys_Offered_ShowsFingerprints()
    {
        await using var primary = await TestPrimary.StartAsync();
        var keys = (await primary.Get<ISiteCommands>().ScanHostKeysAsync(TestPrimary.Administrator, "branch.example", 22, TestPrimary.Cancel)).Value;

        Assert.StartsWith("SHA256:", Assert.Single(keys).Fingerprint);
    }

    private static async Task<BootstrapOrder> PlacedOrderAsync(TestPrimary primary)
    {
        await primary.RunAsync();
        return Assert.Single(primary.Placed()).Order!;
    }

    private static async Task<string> CodeAsync(TestPrimary primary, string directory)
    {
        var created = await primary.Get<ISiteCommands>().CreateSecondarySiteAsync(TestPrimary.Administrator, primary.NewSite("S09") with { InstallDirectory = directory }, TestPrimary.Cancel);
        return created.Errors[0].Code;
    }

    private static NewSite With(string wrong)
    {
        var site = new NewSite("S01", "Branch", "/srv/sms", new NewAddress("Lan", LinkTransport.Ssh, "branch.example", 22, "sms", null, HostKey));
        var (field, value) = wrong.Split('=', 2) is [var f, var v] ? (f, v) : ("", "");
        return field switch
        {
            "code" => site with { Code = value },
            "name" => site with { Name = value },
            "directory" => site with { InstallDirectory = value },
            "host" => site with { Address = site.Address with { Host = value } },
            "port" => site with { Address = site.Address with { Port = int.Parse(value) } },
            "user" => site with { Address = site.Address with { User = value } },
            "hostKey" => site with { Address = site.Address with { HostKey = value } },
            "privateKey" => site with { Address = site.Address with { PrivateKey = value } },
            "sender" => site with { Address = site.Address with { Sender = value } },
            _ => site,
        };
    }
}

internal static class TestLogs
{
    public static Task AppendAsync(this SiteServer.Spool.IDisk disk, TestPrimary primary, string text)
    {
        disk.CreateDirectory(primary.Root.Logs);
        return File.AppendAllTextAsync(Path.Combine(primary.Root.Logs, "test.log"), text, TestPrimary.Cancel);
    }
}
