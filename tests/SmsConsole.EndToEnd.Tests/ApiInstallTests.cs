using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using SmsConsole.TestKit;

namespace SmsConsole.EndToEnd.Tests;

/// <summary>The main job of the product through its HTTP API, with a real console and real sites.</summary>
public class ApiInstallTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task Create_OnThisMachine_BecomesActive()
    {
        await using var console = await ConsoleProcess.StartAsync();
        await console.SignInAsync();

        using var answer = await console.CreateLocalSiteAsync("S01");

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal("/api/v1/sites/S01", answer.Headers.Location?.ToString());
        await console.UntilStatusAsync("S01", "Active", _patience);

        var site = await console.GetAsync("api/v1/sites/S01");
        Assert.False(site.GetProperty("underConstruction").GetBoolean());
        Assert.Equal("P01", site.GetProperty("parentCode").GetString());
        Assert.All(site.GetProperty("phases").EnumerateArray(), p => Assert.Equal("Done", p.GetProperty("state").GetString()));
        Assert.Contains(site.GetProperty("services").EnumerateArray(), s => s.GetProperty("name").GetString() == "SMS_DESPOOLER" && s.GetProperty("state").GetString() == "Running");

        var history = (await console.GetAsync("api/v1/sites/S01/history")).GetProperty("items").EnumerateArray().Select(h => h.GetProperty("toDetailed").GetString()).ToHashSet();
        Assert.Subset(history, new HashSet<string?> { "NewSite", "PreinstJobBegin", "PreinstJobEnd", "InstJobBegin", "InstJobEnd", "FirstScJobBegin", "FirstScJobEnd" });

        var comments = (await console.GetAsync("api/v1/jobs")).GetProperty("items").EnumerateArray().Select(j => j.GetProperty("comment").GetString()).Order();
        Assert.Equal(["Bootstrap Job for S01", "Site Control Job for S01", "Site Install Job for S01"], comments);

        var actual = await console.Client.GetStringAsync("api/v1/sites/S01/control-files/actual", TestContext.Current.CancellationToken);
        Assert.StartsWith("SITE CONTROL FILE [", actual, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(console.SiteRoot("S01"), "SITE.SRV", "SITECFG.BOX", "SITECTRL.CT0")));

        // "The Hierarchy Manager ... updates the addressing for the parent site" (seed 000), through the parent's own Site Configuration Manager.
        await ConsoleProcess.UntilAsync(async () => (await console.Client.GetStringAsync("api/v1/sites/P01/control-files/actual")).Contains("<P01><S01>", StringComparison.Ordinal), _patience);
        Assert.Contains("<P01><S01>", await File.ReadAllTextAsync(Path.Combine(console.DataDirectory, "P01", "SITE.SRV", "SITECFG.BOX", "SITECTRL.CT0"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(console.SiteRoot("S01"))!, "BOOTSTRP.LOG")));
        Assert.Contains(SiteKill.Find(console.SiteRoot("S01")), p => p.Verb == "run");
    }

    [Fact]
    public async Task Create_OverSsh_BecomesActive()
    {
        Assert.SkipUnless(TestSshd.Program is not null, "There is no sshd: apt-get install openssh-server");
        await using var sshd = await TestSshd.StartAsync();
        await using var console = await ConsoleProcess.StartAsync();
        await console.SignInAsync();
        using var scan = await console.Client.PostAsJsonAsync("api/v1/hosts/scan", new { host = "127.0.0.1", port = sshd.Port }, TestContext.Current.CancellationToken);
        var offered = (await scan.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).EnumerateArray().Select(k => k.GetProperty("hostKey").GetString()).ToList();
        Assert.Contains(sshd.HostKey, offered);

        using var answer = await console.Client.PostAsJsonAsync("api/v1/sites", Site(console, sshd, sshd.HostKey), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        await console.UntilStatusAsync("S02", "Active", _patience);
        var log = await console.GetAsync("api/v1/logs/S02/scman");
        Assert.NotEmpty(log.GetProperty("lines").EnumerateArray());
        Assert.DoesNotContain("PRIVATE KEY", (await console.GetAsync("api/v1/sites/S02")).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_ChangedHostKey_IsRefusedAndCreatesNothing()
    {
        Assert.SkipUnless(TestSshd.Program is not null, "There is no sshd: apt-get install openssh-server");
        await using var sshd = await TestSshd.StartAsync();
        await using var console = await ConsoleProcess.StartAsync();
        await console.SignInAsync();
        var pinned = sshd.HostKey;
        await sshd.ReplaceHostKeyAsync();

        using var answer = await console.Client.PostAsJsonAsync("api/v1/sites", Site(console, sshd, pinned), TestContext.Current.CancellationToken);

        Assert.Equal("address.hostKeyChanged", await CodeAsync(answer));
        Assert.Equal(1, (await console.GetAsync("api/v1/sites")).GetProperty("total").GetInt32());
        Assert.False(Directory.Exists(console.SiteRoot("S02")));
    }

    [Fact]
    public async Task Create_WhatCannotBe_IsNamedAndCreatesNothing()
    {
        await using var console = await ConsoleProcess.StartAsync();
        await console.SignInAsync();
        var full = console.SiteRoot("X99");
        Directory.CreateDirectory(full);
        await File.WriteAllTextAsync(Path.Combine(full, "precious.txt"), "mine", TestContext.Current.CancellationToken);
        (object Site, string Code)[] cases =
        [
            (Local("s01", console.SiteRoot("S01")), "site.codeInvalid"),
            (Local("CON", console.SiteRoot("CON")), "site.codeReserved"),
            (Local("P01", console.SiteRoot("S01")), "site.codeTaken"),
            (Local("S01", "relative/path"), "directory.notAbsolute"),
            (Local("S01", Path.Combine(console.DataDirectory, "P01")), "directory.primaryRoot"),
            (Local("S01", Path.Combine(console.DataDirectory, "P01", "LOGS", "x")), "directory.primaryRoot"),
            (Local("S01", full), "directory.notEmpty"),
        ];
        foreach (var (site, code) in cases)
        {
            using var answer = await console.Client.PostAsJsonAsync("api/v1/sites", site, TestContext.Current.CancellationToken);

            Assert.Equal(code, await CodeAsync(answer));
        }

        Assert.Equal(1, (await console.GetAsync("api/v1/sites")).GetProperty("total").GetInt32());
        Assert.Equal(["precious.txt"], Directory.GetFileSystemEntries(full).Select(f => Path.GetFileName(f)));
    }

    private static object Local(string code, string directory) => new { code, name = "Branch", installDirectory = directory, address = new { sender = "Lan", transport = "Local" } };

    private static object Site(ConsoleProcess console, TestSshd sshd, string hostKey) => new
    {
        code = "S02",
        name = "Branch over SSH",
        installDirectory = console.SiteRoot("S02"),
        address = new { sender = "Lan", transport = "Ssh", host = "127.0.0.1", port = sshd.Port, user = TestSshd.User, privateKey = sshd.PrivateKey, hostKey },
    };

    private static async Task<string?> CodeAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True((int)answer.StatusCode is >= 400 and < 500, text);
        return JsonDocument.Parse(text).RootElement.GetProperty("code").GetString();
    }
}
