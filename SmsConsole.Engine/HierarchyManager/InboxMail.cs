using Microsoft.EntityFrameworkCore;
using SmsConsole.Data;
using SmsConsole.Data.Operations;
using SmsConsole.SiteServer;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.Engine;

/// <summary>What to do with a file that came from another site.</summary>
internal enum MailVerdict
{
    Take,

    /// <summary>It has taken effect before.</summary>
    Known,

    /// <summary>A later one has taken effect: what this says is no longer so.</summary>
    Stale,

    /// <summary>It does not come from whom it says, or from an earlier incarnation.</summary>
    Refused,
}

/// <summary>
/// Judges what the Despooler laid down: a payload with its verified envelope beside it. A site speaks only for itself, of its
/// present incarnation, and each number takes effect once.
/// </summary>
internal sealed class InboxMail(EngineStore store, PrimarySite primary, IDisk disk, TimeProvider clock)
{
    private static readonly TimeSpan _orphanAge = TimeSpan.FromHours(1);

    public static string EnvelopeFile(string payload) => Path.ChangeExtension(payload, ".ENV");

    /// <summary>The envelope is there unless the verdict is Refused.</summary>
    public async Task<(Envelope? Envelope, MailVerdict Verdict, string Reason)> JudgeAsync(string payload, string type, CancellationToken cancellationToken)
    {
        var file = EnvelopeFile(payload);
        if (!disk.FileExists(file))
        {
            return (null, MailVerdict.Refused, "It has no envelope beside it, so nobody has verified where it comes from.");
        }

        if (Read(file, out var error) is not { } envelope)
        {
            return (null, MailVerdict.Refused, "Its envelope cannot be read: " + error);
        }

        if (envelope.Type != type || envelope.Destination != primary.Code)
        {
            return (null, MailVerdict.Refused, $"Its envelope is for {envelope.Destination}, of type {envelope.Type}.");
        }

        return await store.ReadAsync<(Envelope?, MailVerdict, string)>(
            async (db, token) =>
            {
                var site = await db.Sites.Where(s => s.Code == envelope.Source && (s.ParentCode == primary.Code || s.Code == primary.Code)).Select(s => new { s.Incarnation }).FirstOrDefaultAsync(token);
                if (site is null)
                {
                    return (null, MailVerdict.Refused, $"Site {envelope.Source} is not a child of this site.");
                }

                if (site.Incarnation != envelope.Incarnation)
                {
                    return (null, MailVerdict.Refused, $"It comes from an earlier incarnation of site {envelope.Source} ({envelope.Incarnation}).");
                }

                if (await IsKnownAsync(db, envelope, token))
                {
                    return (envelope, MailVerdict.Known, "");
                }

                // Messages add up and may come in any order; a report replaces the one before.
                var isStale = type == EnvelopeTypes.SiteReport && await db.InboxReceipts.AnyAsync(
                    r => r.Source == envelope.Source && r.Incarnation == envelope.Incarnation && r.Stream == envelope.Stream && r.Sequence > envelope.Sequence, token);
                return (envelope, isStale ? MailVerdict.Stale : MailVerdict.Take, "");
            },
            cancellationToken);
    }

    /// <summary>
    /// Whether a message has taken effect. A number with as many higher ones received as receipts are kept counts as known, as it does in
    /// the Despooler's window: its receipt may have been pruned.
    /// </summary>
    public static async Task<bool> IsKnownAsync(SmsContext db, Envelope envelope, CancellationToken cancellationToken)
    {
        var received = db.InboxReceipts.Where(r => r.Source == envelope.Source && r.Incarnation == envelope.Incarnation && r.Stream == envelope.Stream);
        return await received.AnyAsync(r => r.Sequence == envelope.Sequence, cancellationToken)
            || await received.Where(r => r.Sequence > envelope.Sequence).OrderBy(r => r.Sequence).Skip(MaintenanceLimits.ReceiptsPerStream - 1).AnyAsync(cancellationToken);
    }

    /// <summary>The receipt, in the transaction of the effect.</summary>
    public static void Receive(SmsContext db, Envelope envelope) =>
        db.InboxReceipts.Add(new InboxReceipt
        {
            Source = envelope.Source,
            Incarnation = envelope.Incarnation,
            Stream = envelope.Stream,
            Sequence = envelope.Sequence,
            At = db.Now,
        });

    /// <summary>Deletes what has taken effect. The payload first: an envelope alone harms nobody.</summary>
    public void Drop(string payload)
    {
        disk.Delete(payload);
        disk.Delete(EnvelopeFile(payload));
    }

    /// <summary>Envelopes whose payload has gone; young ones may still get theirs.</summary>
    public void DropOrphans(string box)
    {
        foreach (var file in disk.ListFiles(box, "*.ENV"))
        {
            if (clock.GetUtcNow() - disk.LastWriteTime(file) > _orphanAge && disk.ListFiles(box, Path.GetFileNameWithoutExtension(file) + ".*").Count == 1)
            {
                disk.Delete(file);
            }
        }
    }

    private Envelope? Read(string file, out string error)
    {
        return Inbox.TryRead(disk, file, Instruction.MaximumLength, out error) is { } content ? SiteJson.TryRead(content, SiteJson.Default.Envelope, out error) : null;
    }
}
