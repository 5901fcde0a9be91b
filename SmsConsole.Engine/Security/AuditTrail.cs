using System.Collections.Concurrent;
using SmsConsole.Data;

namespace SmsConsole.Engine;

/// <summary>For what is refused before any command is reached.</summary>
public interface IAuditTrail
{
    /// <summary>Writes down that somebody was refused something; the same again within a minute is not written again.</summary>
    /// <param name="what">Method and address.</param>
    Task RefusedAsync(Actor actor, string what, CancellationToken cancellationToken = default);
}

/// <inheritdoc/>
internal sealed class AuditTrail(SmsStore store, TimeProvider time) : IAuditTrail
{
    private const int Remembered = 1_000;

    private static readonly TimeSpan _again = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(string UserName, string What), DateTimeOffset> _written = new();

    public async Task RefusedAsync(Actor actor, string what, CancellationToken cancellationToken = default)
    {
        var now = time.GetUtcNow();
        var target = Sessions.Printable(what);
        if (_written.TryGetValue((actor.UserName, target), out var last) && now - last < _again)
        {
            return;
        }

        if (_written.Count >= Remembered)
        {
            _written.Clear();
        }

        _written[(actor.UserName, target)] = now;
        await store.InTransactionAsync(
            (context, _) =>
            {
                context.Audit.Add(Authorization.Audit(context, actor, "request.refused", target, $"role {actor.Role}", succeeded: false));
                return Task.CompletedTask;
            },
            cancellationToken);
    }
}
