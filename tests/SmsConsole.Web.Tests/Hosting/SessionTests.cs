using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using SmsConsole.Data.Queries;
using SmsConsole.Engine;
using SmsConsole.Web.Features.Security;

namespace SmsConsole.Web.Tests.Hosting;

public sealed class SessionTests
{
    [Fact]
    public async Task Setup_WithTheToken_CreatesTheAdministratorOnceAndIsGone()
    {
        await using var console = await TestConsole.StartAsync(withUsers: false);
        using var browser = console.Browser();
        var page = $"/setup?token={console.SetupToken}";

        using var created = await browser.SubmitAsync(page, "/session/set-up", ("token", console.SetupToken), ("userName", "first"), ("password", TestConsole.Password), ("repeat", TestConsole.Password));

        Assert.Equal("/", created.Headers.Location?.ToString());
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/sites")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync(page)).StatusCode);
        using var stranger = console.Browser();
        using var again = await stranger.SubmitAsync("/login", "/session/set-up", ("token", console.SetupToken), ("userName", "second"), ("password", TestConsole.Password), ("repeat", TestConsole.Password));
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
    }

    [Theory]
    [InlineData("/setup")]
    [InlineData("/setup?token=0123456789abcdef0123456789abcdef")]
    [InlineData("/setup/?token=")]
    public async Task Setup_WithoutTheToken_DoesNotExist(string page)
    {
        await using var console = await TestConsole.StartAsync(withUsers: false);
        using var browser = console.Browser();

        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync(page)).StatusCode);
    }

    [Fact]
    public async Task Database_AwayAndBack_SignsNobodyOut()
    {
        var clock = new ShiftedClock();
        await using var console = await TestConsole.StartAsync(clock: clock);
        using var browser = console.Browser();
        using var signedIn = await browser.SignInAsync("vera", TestConsole.Password);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/sites")).StatusCode);

        using (console.TakeDatabaseAway())
        {
            clock.Ahead = TimeSpan.FromMinutes(1); // what was known of the session no longer counts
            Assert.Equal("/login", (await browser.GetAsync("/sites")).Headers.Location?.AbsolutePath);
            Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/css/console.css")).StatusCode);
        }

        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/sites")).StatusCode);
    }

    [Fact]
    public async Task SignIn_FiveWrongPasswords_LocksTheAccountAndAuditsThem()
    {
        await using var console = await TestConsole.StartAsync();
        var sessions = console.Services.GetRequiredService<ISessions>();
        for (var i = 0; i < 5; i++)
        {
            Assert.Null((await sessions.SignInAsync("vera", "wrong", "here")).Principal);
        }

        Assert.Null((await sessions.SignInAsync("vera", TestConsole.Password, "here")).Principal);
        var audit = await console.Services.GetRequiredService<IStatusQueries>().AuditAsync(new ListQuery("session.signIn"));
        Assert.Equal(6, audit.Items.Count(a => a is { Who: "vera", Succeeded: false }));

        var reset = await console.Services.GetRequiredService<IUserCommands>().ResetPasswordAsync(new Actor("admin", Role.Administrator), "vera", "another battery");
        Assert.True(reset.Succeeded);
        Assert.NotNull((await sessions.SignInAsync("vera", "another battery", "here")).Principal);
    }

    [Fact]
    public async Task SignIn_AStrangerGuesses_TheAdministratorStillGetsInFromElsewhere()
    {
        await using var console = await TestConsole.StartAsync();
        var sessions = console.Services.GetRequiredService<ISessions>();
        for (var i = 0; i < 20; i++)
        {
            Assert.Null((await sessions.SignInAsync("admin", "guess", "203.0.113.9")).Principal);
        }

        Assert.Null((await sessions.SignInAsync("ADMIN", TestConsole.Password, "203.0.113.9")).Principal);
        Assert.NotNull((await sessions.SignInAsync("admin", TestConsole.Password, "192.0.2.1")).Principal);
        Assert.NotNull((await sessions.SignInAsync("vera", TestConsole.Password, "203.0.113.9")).Principal);
        var users = await console.Services.GetRequiredService<IStatusQueries>().UsersAsync(new ListQuery());
        Assert.Equal(["admin"], users.Items.Where(u => u.LockedOut).Select(u => u.UserName));
    }

    [Theory]
    [InlineData("https://evil.example/", "/")]
    [InlineData("//evil.example/", "/")]
    [InlineData("/sites?search=Köln", "/sites?search=K%C3%B6ln")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("/\t/evil.example", "/")]
    [InlineData("javascript:alert(1)", "/")]
    [InlineData("/sites?search=a", "/sites?search=a")]
    public async Task SignIn_ReturnUrl_StaysInTheConsole(string asked, string given)
    {
        Assert.Equal(given, LocalUrl.OrHome(asked));
        await using var console = await TestConsole.StartAsync();
        using var browser = console.Browser();

        using var answer = await browser.SignInAsync("admin", TestConsole.Password, asked);

        Assert.Equal(given, answer.Headers.Location?.ToString());
    }

    [Fact]
    public async Task SignIn_WithoutAntiforgeryToken_IsRefused()
    {
        await using var console = await TestConsole.StartAsync();
        using var browser = console.Browser();

        using var answer = await browser.PostAsync("/session/sign-in", new FormUrlEncodedContent([new("userName", "admin"), new("password", TestConsole.Password)]));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Login_SessionStillGood_LeadsBack()
    {
        await using var console = await TestConsole.StartAsync();
        using var browser = console.Browser();
        await browser.SignInAsync("vera", TestConsole.Password);

        using var answer = await browser.GetAsync("/login?returnUrl=%2Fsites");

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.EndsWith("/sites", answer.Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignOut_TheSession_IsOverAtOnce()
    {
        await using var console = await TestConsole.StartAsync();
        using var browser = console.Browser();
        await browser.SignInAsync("admin", TestConsole.Password);
        var stolen = await browser.GetStringAsync("/");
        Assert.Contains("Home", stolen, StringComparison.Ordinal);

        var sessions = console.Services.GetRequiredService<ISessions>();
        var session = (await sessions.SignInAsync("admin", TestConsole.Password, null)).Principal!;
        await sessions.SignOutAsync(session);

        Assert.False(await sessions.IsCurrentAsync(session));
        Assert.Null(await sessions.ReadTokenAsync(sessions.IssueToken(session).Token));
    }

    [Fact]
    public async Task Disable_NameInAnotherSpelling_EndsTheSessionAtOnce()
    {
        await using var console = await TestConsole.StartAsync();
        var sessions = console.Services.GetRequiredService<ISessions>();
        var session = (await sessions.SignInAsync("vera", TestConsole.Password, null)).Principal!;
        Assert.True(await sessions.IsCurrentAsync(session));

        Assert.True((await console.Services.GetRequiredService<IUserCommands>().SetDisabledAsync(new Actor("admin", Role.Administrator), "VERA", true)).Succeeded);

        Assert.False(await sessions.IsCurrentAsync(session));
    }

    [Theory]
    [InlineData("/account")]
    [InlineData("/sites/new")]
    public async Task Page_BeforeItsCircuit_TakesNoInputThatWouldBeLost(string address)
    {
        await using var console = await TestConsole.StartAsync();
        using var browser = console.Browser();
        await browser.SignInAsync("admin", TestConsole.Password);

        var html = await browser.GetStringAsync(address);

        var field = html.IndexOf("<input id=", StringComparison.Ordinal);
        var page = html.LastIndexOf("<fieldset", field, StringComparison.Ordinal);
        Assert.Contains(" disabled", html[page..html.IndexOf('>', page)], StringComparison.Ordinal);
        Assert.Contains("Connecting: buttons and fields work in a moment.", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/login?failed=%3Cscript%3E")]
    [InlineData("/login?signedOut=2")]
    public async Task Login_QueryOfAStranger_IsNoError(string address)
    {
        await using var console = await TestConsole.StartAsync();
        using var browser = console.Browser();

        using var answer = await browser.GetAsync(address);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.DoesNotContain("<script>", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disable_TheLastAdministrator_IsRefused()
    {
        await using var console = await TestConsole.StartAsync();
        var users = console.Services.GetRequiredService<IUserCommands>();
        var admin = new Actor("admin", Role.Administrator);
        Assert.True((await users.SetDisabledAsync(admin, "dora", true)).Succeeded);

        Assert.Equal("user.lastAdministrator", Assert.Single((await users.SetDisabledAsync(admin, "admin", true)).Errors).Code);
        Assert.Equal("user.lastAdministrator", Assert.Single((await users.SetRoleAsync(admin, "admin", Role.Viewer)).Errors).Code);
        Assert.Equal(CommandErrorKind.Forbidden, Assert.Single((await users.SetRoleAsync(new Actor("vera", Role.Viewer), "vera", Role.Administrator)).Errors).Kind);
    }

    [Fact]
    public async Task Disable_NameTypedInAnotherCase_EndsOpenSessionsAtOnce()
    {
        await using var console = await TestConsole.StartAsync();
        var sessions = console.Services.GetRequiredService<ISessions>();
        var session = (await sessions.SignInAsync("vera", TestConsole.Password, null)).Principal!;
        Assert.True(await sessions.IsCurrentAsync(session));

        Assert.True((await console.Services.GetRequiredService<IUserCommands>().SetDisabledAsync(new Actor("admin", Role.Administrator), "VERA", true)).Succeeded);

        Assert.False(await sessions.IsCurrentAsync(session));
    }

    [Fact]
    public async Task ChangeOwnPassword_WrongPresentOne_CountsTowardsLockOut()
    {
        await using var console = await TestConsole.StartAsync();
        var users = console.Services.GetRequiredService<IUserCommands>();
        for (var i = 0; i < 5; i++)
        {
            Assert.False((await users.ChangeOwnPasswordAsync(new Actor("vera", Role.Viewer), "wrong", "another battery")).Succeeded);
        }

        Assert.Null((await console.Services.GetRequiredService<ISessions>().SignInAsync("vera", TestConsole.Password, null)).Principal);
    }

    [Fact]
    public async Task Tokens_TooManyAttempts_AreSlowedDown()
    {
        await using var console = await TestConsole.StartAsync();
        using var client = await console.ProgramAsync(null);
        HttpStatusCode last = default;
        for (var i = 0; i <= SmsConsole.Web.Hosting.ConsoleHost.SignInsPerMinute && last != HttpStatusCode.TooManyRequests; i++)
        {
            last = (await client.PostAsJsonAsync("/api/v1/tokens", new { userName = "", password = "" })).StatusCode;
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, last);
    }

    [Theory]
    [InlineData("Origin", "https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "null", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "cross-site", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "http://localhost", HttpStatusCode.OK)]
    public async Task Hub_FromAnotherSitesPage_IsRefused(string header, string value, HttpStatusCode expected)
    {
        await using var console = await TestConsole.StartAsync();
        using var client = await console.ProgramAsync("vera");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hubs/console/negotiate?negotiateVersion=1");
        request.Headers.Add(header, value);

        Assert.Equal(expected, (await client.SendAsync(request)).StatusCode);
    }

    /// <summary>The system's clock, put ahead.</summary>
    private sealed class ShiftedClock : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
    }
}
