using System.Collections.Concurrent;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using SmsConsole.Data;
using SmsConsole.Data.Security;
using SmsConsole.Data.Status;

namespace SmsConsole.Engine;

/// <summary>
/// Sessions over ASP.NET Core Identity's users. A session is the claims it was opened with: name, role, security stamp, session id.
/// It counts while the stored stamp is the same, so whatever changes a user's rights changes the stamp.
/// </summary>
internal sealed class Sessions(IServiceScopeFactory scopes, SmsStore store, IDataProtectionProvider protection, SignInThrottle throttle, TimeProvider time) : ISessions
{
    private static readonly TimeSpan RecheckAfter = TimeSpan.FromSeconds(30);

    /// <summary>A request that began before the sign-out may still renew the cookie a moment after it.</summary>
    private static readonly TimeSpan KeepEnded = SessionLife.Longest + TimeSpan.FromHours(1);

    private readonly ITimeLimitedDataProtector _tokens = protection.CreateProtector("SmsConsole.ApiToken.v1").ToTimeLimitedDataProtector();

    // By user name, which Identity compares without regard to case: whoever changes a user may have typed it otherwise.
    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.OrdinalIgnoreCase);

    // Sessions that have ended, with when. A session never begins again, so what was once read stays true.
    private readonly ConcurrentDictionary<string, DateTimeOffset> _ended = new(StringComparer.Ordinal);

    public async Task<SignInOutcome> SignInAsync(string userName, string password, string? from, CancellationToken cancellationToken = default)
    {
        await using var scope = scopes.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<ConsoleUser>>();
        var context = scope.ServiceProvider.GetRequiredService<SmsContext>();
        var isName = UserRules.CheckName(userName) is null;
        var user = isName ? await users.FindByNameAsync(userName) : null;

        // What can be no name is counted as one, and not kept: it may be as long as a request.
        var account = isName ? userName : string.Empty;
        var refusal = await RefusalAsync(users, user, password, throttle.TryBegin(account, from));
        context.Audit.Add(new AuditEntry
        {
            At = time.GetUtcNow().UtcDateTime,
            Who = user?.UserName ?? Printable(userName),
            Action = "session.signIn",
            Target = user?.UserName ?? Printable(userName),
            After = refusal is null ? $"from {from ?? "unknown"}" : $"{refusal}, from {from ?? "unknown"}",
            Succeeded = refusal is null,
        });
        if (refusal is null)
        {
            user!.LastSignInAt = time.GetUtcNow().UtcDateTime;
            throttle.Succeeded(account, from);
        }
        else if (user is not null && throttle.WaitUntil(account, from) is { } until)
        {
            // For the list of users only: it keeps nobody out.
            user.LockoutEnd = until;
        }

        await context.SaveChangesAsync(cancellationToken);
        return new SignInOutcome(refusal is null ? Principal(user!, Convert.ToHexString(RandomNumberGenerator.GetBytes(16))) : null);
    }

    public async Task<bool> IsCurrentAsync(ClaimsPrincipal principal, CancellationToken cancellationToken = default)
    {
        if (principal.Identity is not { IsAuthenticated: true, Name: { Length: > 0 } name } || principal.FindFirstValue(SessionClaims.Session) is not { } session)
        {
            return false;
        }

        var now = time.GetUtcNow();
        if (!_known.TryGetValue(name, out var known) || now - known.At >= RecheckAfter || now < known.At)
        {
            await using var scope = scopes.CreateAsyncScope();
            var user = await scope.ServiceProvider.GetRequiredService<UserManager<ConsoleUser>>().FindByNameAsync(name);
            await ReadEndedAsync(name, cancellationToken);
            known = new Known(user is null || user.Disabled ? null : user.SecurityStamp, user?.Role, now);
            _known[name] = known;
        }

        return !_ended.ContainsKey(session) && known.Stamp is not null && known.Stamp == principal.FindFirstValue(SessionClaims.Stamp)
            && principal.FindFirstValue(ClaimTypes.Role) == known.Role?.ToString();
    }

    public async Task SignOutAsync(ClaimsPrincipal principal, CancellationToken cancellationToken = default)
    {
        if (principal.FindFirstValue(SessionClaims.Session) is not { } session || principal.Identity?.Name is not { } name)
        {
            return;
        }

        // The row first: if it cannot be written the user is still signed in, sees that it failed and can try again.
        await store.InTransactionAsync(
            async (context, token) =>
            {
                var expired = context.Now - KeepEnded;
                await context.EndedSessions.Where(s => s.EndedAt < expired).ExecuteDeleteAsync(token);
                if (!await context.EndedSessions.AnyAsync(s => s.Id == session, token))
                {
                    context.EndedSessions.Add(new EndedSession { Id = session, UserName = name, EndedAt = context.Now });
                    context.Audit.Add(new AuditEntry { At = context.Now, Who = name, Action = "session.signOut", Target = name, Succeeded = true });
                }
            },
            cancellationToken);
        var now = time.GetUtcNow();
        _ended[session] = now;
        foreach (var (old, _) in _ended.Where(e => e.Value < now - KeepEnded))
        {
            _ended.TryRemove(old, out _);
        }
    }

    public ApiToken IssueToken(ClaimsPrincipal principal)
    {
        var payload = new TokenPayload(principal.Identity!.Name!, principal.FindFirstValue(ClaimTypes.Role)!, principal.FindFirstValue(SessionClaims.Stamp)!, principal.FindFirstValue(SessionClaims.Session)!);
        var expires = time.GetUtcNow() + SessionLife.Longest;
        return new ApiToken(_tokens.Protect(JsonSerializer.Serialize(payload), expires), expires);
    }

    public async Task<ClaimsPrincipal?> ReadTokenAsync(string token, CancellationToken cancellationToken = default)
    {
        try
        {
            var payload = JsonSerializer.Deserialize<TokenPayload>(_tokens.Unprotect(token, out var expires))!;
            var principal = Principal(payload.Name, payload.Role, payload.Stamp, payload.Session);
            return expires > time.GetUtcNow() && await IsCurrentAsync(principal, cancellationToken) ? principal : null;
        }
        catch (Exception e) when (e is CryptographicException or JsonException or FormatException)
        {
            return null;
        }
    }

    /// <summary>The user's rights have changed: ask the database again.</summary>
    internal void Forget(string userName) => _known.TryRemove(userName, out _);

    /// <summary>What was signed out before this process began, or in another console.</summary>
    private async Task ReadEndedAsync(string userName, CancellationToken cancellationToken)
    {
        foreach (var ended in await store.ReadAsync((context, token) => context.EndedSessions.Where(s => s.UserName == userName).ToListAsync(token), cancellationToken))
        {
            _ended.TryAdd(ended.Id, new DateTimeOffset(ended.EndedAt, TimeSpan.Zero));
        }
    }

    private static async Task<string?> RefusalAsync(UserManager<ConsoleUser> users, ConsoleUser? user, string password, bool mayTry)
    {
        if (user is null || !mayTry)
        {
            // As slow as a wrong password, so that the time does not tell which names exist.
            users.PasswordHasher.VerifyHashedPassword(user ?? new ConsoleUser(), DummyHash.Value, password);
            return user is null ? "unknown user" : "has to wait after too many failures";
        }

        if (password.Length > UserRules.MaximumPasswordLength || !await users.CheckPasswordAsync(user, password))
        {
            return "wrong password";
        }

        return user.Disabled ? "disabled" : null;
    }

    private static ClaimsPrincipal Principal(ConsoleUser user, string session) => Principal(user.UserName!, user.Role.ToString(), user.SecurityStamp!, session);

    private static ClaimsPrincipal Principal(string name, string role, string stamp, string session) =>
        new(new ClaimsIdentity([new(ClaimTypes.Name, name), new(ClaimTypes.Role, role), new(SessionClaims.Stamp, stamp), new(SessionClaims.Session, session)], "SmsConsole"));

    /// <summary>What was typed as a name, fit for one line of the audit.</summary>
    internal static string Printable(string text) => new([.. text.Take(64).Select(c => char.IsControl(c) ? '?' : c)]);

    private sealed record Known(string? Stamp, Role? Role, DateTimeOffset At);

    private sealed record TokenPayload(string Name, string Role, string Stamp, string Session);

    private static class DummyHash
    {
        public static readonly string Value = new PasswordHasher<ConsoleUser>().HashPassword(new ConsoleUser(), "nobody has this password");
    }
}
