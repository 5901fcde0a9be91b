namespace SmsConsole.Engine;

/// <summary>
/// Slows down whoever guesses passwords, per account and place they come from: after five failures a minute's wait, then twice as long with each
/// failure, up to an hour. Other places are not touched by it, so nobody is locked out by a stranger. Kept in memory: whoever can start the
/// console anew needs no guessing.
/// </summary>
internal sealed class SignInThrottle(TimeProvider time)
{
    public const int FreeFailures = 5;

    private const int MaximumEntries = 20_000;

    private static readonly TimeSpan _firstWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _longestWait = TimeSpan.FromHours(1);
    private static readonly TimeSpan _forgottenAfter = TimeSpan.FromHours(24);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Account, string From), Failures> _failures = [];

    /// <summary>False while this account has to wait for attempts from there. An attempt counts as failed until <see cref="Succeeded"/>, so that many at once are no way around.</summary>
    public bool TryBegin(string account, string? from)
    {
        var key = Key(account, from);
        var now = time.GetUtcNow();
        lock (_gate)
        {
            var before = _failures.TryGetValue(key, out var known) && now - known.At < _forgottenAfter ? known : new Failures(0, now, now);
            if (now < before.WaitUntil)
            {
                return false;
            }

            MakeRoom(now);
            var count = before.Count + 1;
            _failures[key] = new Failures(count, now, count < FreeFailures ? now : now + Wait(count));
            return true;
        }
    }

    /// <summary>Until when attempts at this account from there have to wait, or null.</summary>
    public DateTimeOffset? WaitUntil(string account, string? from)
    {
        lock (_gate)
        {
            return _failures.TryGetValue(Key(account, from), out var known) && known.WaitUntil > time.GetUtcNow() ? known.WaitUntil : null;
        }
    }

    public void Succeeded(string account, string? from)
    {
        lock (_gate)
        {
            _failures.Remove(Key(account, from));
        }
    }

    /// <summary>A new password: what was guessed before does not count.</summary>
    public void Forget(string account)
    {
        lock (_gate)
        {
            foreach (var key in _failures.Keys.Where(k => k.Account == Key(account, null).Account).ToList())
            {
                _failures.Remove(key);
            }
        }
    }

    private static (string Account, string From) Key(string account, string? from) => (account.ToUpperInvariant(), from ?? string.Empty);

    private static TimeSpan Wait(int failures)
    {
        var doublings = failures - FreeFailures;
        return doublings >= 6 ? _longestWait : _firstWait * Math.Pow(2, doublings);
    }

    /// <summary>Names that nobody has are counted too, so somebody may try to fill the memory: the oldest go first.</summary>
    private void MakeRoom(DateTimeOffset now)
    {
        if (_failures.Count < MaximumEntries)
        {
            return;
        }

        var old = _failures.Where(f => now - f.Value.At >= _forgottenAfter).Select(f => f.Key).ToList();
        foreach (var key in old.Count > 0 ? old : [.. _failures.OrderBy(f => f.Value.At).Take(MaximumEntries / 10).Select(f => f.Key)])
        {
            _failures.Remove(key);
        }
    }

    private sealed record Failures(int Count, DateTimeOffset At, DateTimeOffset WaitUntil);
}
