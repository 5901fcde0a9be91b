using System.Security.Claims;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using SmsConsole.Data;
using SmsConsole.Data.Queries;
using SmsConsole.TestKit;

namespace SmsConsole.Engine.Tests.Security;

public sealed class SessionsTests : IAsyncDisposable
{
    private const string Password = "correct horse battery";
    private readonly string _folder = Directory.CreateTempSubdirectory("sms-sessions-").FullName;
    private readonly IDataProtectionProvider _keys = new EphemeralDataProtectionProvider();
    private readonly ManualTimeProvider _clock = new();
    private readonly List<ServiceProvider> _consoles = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SignOut_ConsoleRestarted_StaysSignedOut()
    {
        var before = await StartAsync();
        var session = await SignInAsync(before);
        var token = before.IssueToken(session).Token;
        var other = await SignInAsync(before);

        await before.SignOutAsync(session, Cancel);

        var after = await StartAsync();
        Assert.False(await after.IsCurrentAsync(session, Cancel));
        Assert.Null(await after.ReadTokenAsync(token, Cancel));
        Assert.True(await after.IsCurrentAsync(other, Cancel));
    }

    [Fact]
    public async Task SignOut_OtherConsoleHasJustAsked_FollowsWithinHalfAMinute()
    {
        var here = await StartAsync();
        var there = await StartAsync();
        var session = await SignInAsync(here);
        Assert.True(await there.IsCurrentAsync(session, Cancel));

        await here.SignOutAsync(session, Cancel);
        _clock.Advance(TimeSpan.FromSeconds(30));

        Assert.False(await there.IsCurrentAsync(session, Cancel));
    }

    [Fact]
    public async Task SignOut_Twice_IsOneRowAndOneAuditEntry()
    {
        var sessions = await StartAsync();
        var session = await SignInAsync(sessions);

        await sessions.SignOutAsync(session, Cancel);
        await sessions.SignOutAsync(session, Cancel);

        Assert.Equal((1, 1), await ReadAsync(async db => (await db.EndedSessions.CountAsync(Cancel), await db.Audit.CountAsync(a => a.Action == "session.signOut", Cancel))));
    }

    [Fact]
    public async Task SignOut_Later_ForgetsOnlySessionsWhoseCookieHasExpired()
    {
        var sessions = await StartAsync();
        var old = await SignInAsync(sessions);
        var middle = await SignInAsync(sessions);
        await sessions.SignOutAsync(old, Cancel);
        _clock.Advance(SessionLife.Longest);
        await sessions.SignOutAsync(middle, Cancel);
        Assert.False(await (await StartAsync()).IsCurrentAsync(old, Cancel));

        _clock.Advance(TimeSpan.FromHours(2));
        await sessions.SignOutAsync(await SignInAsync(sessions), Cancel);

        var kept = await ReadAsync(db => db.EndedSessions.Select(s => s.Id).ToListAsync(Cancel));
        Assert.Equal(2, kept.Count);
        Assert.Contains(middle.FindFirstValue(SessionClaims.Session), kept);
        Assert.DoesNotContain(old.FindFirstValue(SessionClaims.Session), kept);
    }

    [Fact]
    public async Task SignIn_Refused_IsAChangeOfTheAudit()
    {
        var sessions = await StartAsync();
        var before = await ReadAsync(db => db.Changes.CountAsync(c => c.Kind == nameof(ChangeKind.Audit), Cancel));

        Assert.Null((await sessions.SignInAsync("nobody", Password, "here", Cancel)).Principal);

        Assert.Equal(before + 1, await ReadAsync(db => db.Changes.CountAsync(c => c.Kind == nameof(ChangeKind.Audit), Cancel)));
    }

    [Fact]
    public async Task SignIn_WhatCanBeNoName_IsCountedAsOneAndNotKept()
    {
        var sessions = await StartAsync();
        for (var i = 0; i < SignInThrottle.FreeFailures; i++)
        {
            Assert.Null((await sessions.SignInAsync($"{i}" + new string('x', 200_000), Password, "here", Cancel)).Principal);
        }

        var throttle = _consoles[0].GetRequiredService<SignInThrottle>();
        Assert.NotNull(throttle.WaitUntil("", "here"));
        Assert.Null(throttle.WaitUntil("", "there"));
        Assert.NotNull((await sessions.SignInAsync("anna", Password, "here", Cancel)).Principal);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var console in _consoles)
        {
            await console.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A console of its own: it shares the database and the key ring with the others, and nothing else.</summary>
    private async Task<ISessions> StartAsync()
    {
        var console = new ServiceCollection()
            .AddLogging()
            .AddSingleton<TimeProvider>(_clock)
            .AddSingleton(_keys)
            .AddSmsData(new SmsDataOptions { ConnectionString = $"Data Source={Path.Combine(_folder, "SiteControl.db")}" })
            .AddSmsIdentity()
            .BuildServiceProvider();
        _consoles.Add(console);
        await console.GetRequiredService<ISmsDatabase>().MigrateAsync(Cancel);
        if (_consoles.Count == 1)
        {
            Assert.True((await console.GetRequiredService<IUserCommands>().CreateFirstAdministratorAsync("anna", Password, Cancel)).Succeeded);
        }

        return console.GetRequiredService<ISessions>();
    }

    private static async Task<ClaimsPrincipal> SignInAsync(ISessions sessions) => (await sessions.SignInAsync("anna", Password, null, Cancel)).Principal!;

    private Task<T> ReadAsync<T>(Func<SmsContext, Task<T>> read) => _consoles[0].GetRequiredService<SmsStore>().ReadAsync((db, _) => read(db), Cancel);
}
