using System.Security.Claims;

namespace SmsConsole.Engine;

/// <summary>Signed in, or not; why not is for the audit, not for the caller.</summary>
/// <param name="Principal">Null when refused.</param>
public sealed record SignInOutcome(ClaimsPrincipal? Principal)
{
    /// <summary>One text for a wrong name, a wrong password, one who has to wait and a disabled account: nobody learns which accounts exist.</summary>
    public const string RefusedText = "Sign-in failed. Check the user name and password. After five failures further attempts have to wait, longer each time.";
}

/// <summary>A bearer token for the API.</summary>
public sealed record ApiToken(string Token, DateTimeOffset ExpiresAt);

/// <summary>How long what a session was given can be shown.</summary>
public static class SessionLife
{
    /// <summary>Of a cookie since its last renewal, and of a token.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(12);
}

/// <summary>Names of the claims a session carries beside name and role.</summary>
public static class SessionClaims
{
    public const string Session = "sms:session";

    public const string Stamp = "sms:stamp";
}

/// <summary>Sign-in, and whether a session that was opened earlier still counts.</summary>
public interface ISessions
{
    /// <summary>Checks a password; audits either way. After five failures from one address, attempts at this account from there have to wait.</summary>
    /// <param name="from">Remote address.</param>
    Task<SignInOutcome> SignInAsync(string userName, string password, string? from, CancellationToken cancellationToken = default);

    /// <summary>
    /// False once the user is disabled, has another role or password, or has signed out of this session. Asks the database at most
    /// every 30 seconds per user, at once after a change made in this process.
    /// </summary>
    Task<bool> IsCurrentAsync(ClaimsPrincipal principal, CancellationToken cancellationToken = default);

    /// <summary>
    /// Ends this one session, for good: no copy of its cookie or of a token of it counts again. Its circuits, and other consoles on the
    /// same database, follow within half a minute.
    /// </summary>
    Task SignOutAsync(ClaimsPrincipal principal, CancellationToken cancellationToken = default);

    /// <summary>A bearer token for a session that has just been opened.</summary>
    ApiToken IssueToken(ClaimsPrincipal principal);

    /// <summary>The principal of a token, or null: unreadable, expired, or no longer current.</summary>
    Task<ClaimsPrincipal?> ReadTokenAsync(string token, CancellationToken cancellationToken = default);
}
