using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using SmsConsole.Data;
using SmsConsole.Data.Sites;
using SmsConsole.Data.Status;
using SmsConsole.SiteServer;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.Engine;

/// <summary>
/// SMS_STATUS_MANAGER of a primary: stores the status messages of its sites.
/// <list type="bullet">
/// <item>Woken by a new .SVF in STATMGR.BOX; the timer is the guarantee.</item>
/// <item>Reads STATMGR.BOX and the receipts.</item>
/// <item>May add status messages, and move a site that is being installed to Failed when its Bootstrap service says so.</item>
/// <item>Killed here: messages, receipt and the site's step are one transaction; a file left over is known and dropped.</item>
/// </list>
/// </summary>
internal sealed partial class StatusReceiver(EngineStore store, PrimarySite primary, PhaseChanger phases, InboxMail mail, PoisonBox poison, IDisk disk, ILogger<StatusReceiver> log)
{
    public const int MaximumFile = 1 << 20;

    /// <summary>Messages of one file; what a site has beyond that comes with its next file.</summary>
    public const int MaximumMessages = 2000;

    /// <summary>Messages kept of one site: one that storms costs the others nothing.</summary>
    public const int KeptPerSite = 100_000;

    private const int MaximumText = 4000;

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var box = primary.Root.StatusBox;
        foreach (var file in disk.ListFiles(box, "*.SVF"))
        {
            try
            {
                if (await TakeAsync(file, cancellationToken) is { } problem)
                {
                    poison.SetAside(box, problem, null, file, InboxMail.EnvelopeFile(file));
                }
            }
            catch (Exception e) when (e is not (OperationCanceledException or FenceLostException))
            {
                // One site's file never stops the next; it is tried again with the next run.
                LogFailed(e, primary.Code, Path.GetFileName(file));
            }
        }

        mail.DropOrphans(box);
    }

    /// <summary>Null when it was dealt with; else why it is refused.</summary>
    private async Task<string?> TakeAsync(string file, CancellationToken cancellationToken)
    {
        var (envelope, verdict, reason) = await mail.JudgeAsync(file, EnvelopeTypes.Status, cancellationToken);
        if (verdict == MailVerdict.Refused)
        {
            return reason;
        }

        if (verdict == MailVerdict.Take)
        {
            if (Read(file, out var error) is not { } messages)
            {
                return error;
            }

            await StoreAsync(envelope!, messages, cancellationToken);
        }

        mail.Drop(file);
        return null;
    }

    private IReadOnlyList<SiteMessage>? Read(string file, out string error)
    {
        if (Inbox.TryRead(disk, file, MaximumFile, out error) is not { } content || SiteJson.TryRead(content, SiteJson.Default.IReadOnlyListSiteMessage, out error) is not { } messages)
        {
            return null;
        }

        error = messages.Count > MaximumMessages ? $"It holds {messages.Count} messages; {MaximumMessages} are allowed."
            : messages.Any(m => m is null || m.Component.Length is 0 or > 64 || m.MessageId is < 0 or > 99_999 || !Enum.IsDefined(m.Severity) || m.JobId is { Length: > 16 }) ? "A field of a message is out of its range."
            : "";
        return error.Length == 0 ? messages : null;
    }

    private async Task StoreAsync(Envelope envelope, IReadOnlyList<SiteMessage> messages, CancellationToken cancellationToken)
    {
        var failed = await store.WriteAsync(
            async (db, token) =>
            {
                var site = await db.Sites.FirstAsync(s => s.Code == envelope.Source, token);
                if (site.Incarnation != envelope.Incarnation || await InboxMail.IsKnownAsync(db, envelope, token))
                {
                    db.Abandon();
                    return null;
                }

                InboxMail.Receive(db, envelope);
                db.StatusMessages.AddRange(messages.Select(m => Message(site.Code, m)));
                var failure = await FailAsync(db, site, messages, token);
                await db.SaveChangesAsync(token);
                await CapAsync(db, site.Code, token);
                return failure;
            },
            cancellationToken);
        LogTaken(envelope.Source, messages.Count, envelope.Sequence);
        if (failed is not null)
        {
            LogSiteFailed(envelope.Source, failed.EventId, failed.Reason);
        }
    }

    /// <summary>Time of the site, as it says; its order is never taken from it.</summary>
    private static StatusMessage Message(string code, SiteMessage message) => new()
    {
        At = message.At.UtcDateTime,
        SiteCode = code,
        Component = message.Component,
        MessageId = message.MessageId,
        Severity = message.Severity switch
        {
            TraceLevel.Information => Severity.Information,
            TraceLevel.Warning => Severity.Warning,
            TraceLevel.Error => Severity.Error,
        },
        Text = message.Text.Length <= MaximumText ? message.Text : message.Text[..MaximumText],
    };

    private async Task<SiteFailureText?> FailAsync(SmsContext db, Site site, IReadOnlyList<SiteMessage> messages, CancellationToken cancellationToken)
    {
        foreach (var message in messages.Reverse())
        {
            if (message.Component == SiteComponents.Bootstrap && SmsEvents.EndsInstallation(message.MessageId) is { } happened)
            {
                if (await IsOvertakenAsync(db, site, happened, message.JobId, cancellationToken))
                {
                    LogOvertaken(site.Code, message.MessageId, message.JobId!);
                    return null;
                }

                var failure = SmsEvents.Explain(message.MessageId, site.Code, message.Text);
                return phases.Apply(db, site, new SiteMove(happened, failure.Reason, SiteComponents.Bootstrap, failure)) ? failure : null;
            }
        }

        return null;
    }

    /// <summary>
    /// Whether a retry has sent the package anew since: what was wrong with the one before is no longer what the site waits for. A message
    /// without a job counts, because nothing says that it is old.
    /// </summary>
    private static async Task<bool> IsOvertakenAsync(SmsContext db, Site site, SiteEvent happened, string? jobId, CancellationToken cancellationToken)
    {
        var type = happened == SiteEvent.PackageRejected ? JobType.SiteInstall : JobType.SiteControl;
        return jobId is not null && jobId != await db.Jobs.Where(j => j.Destination == site.Code && j.Incarnation == site.Incarnation && j.Type == type)
            .OrderByDescending(j => j.Id).Select(j => j.Id).FirstOrDefaultAsync(cancellationToken);
    }

    /// <summary>Deletes all but the newest messages of a site; returns how many.</summary>
    public static async Task<int> CapAsync(SmsContext db, string code, CancellationToken cancellationToken)
    {
        var newest = await db.StatusMessages.Where(m => m.SiteCode == code).MaxAsync(m => (long?)m.Id, cancellationToken) ?? 0;

        // Ids are shared by all sites, so a site has at most as many messages as its ids span: most often this one look is all.
        var oldest = await db.StatusMessages.Where(m => m.SiteCode == code).MinAsync(m => (long?)m.Id, cancellationToken) ?? 0;
        if (newest - oldest < KeptPerSite)
        {
            return 0;
        }

        var limit = await db.StatusMessages.Where(m => m.SiteCode == code).OrderByDescending(m => m.Id).Skip(KeptPerSite).Select(m => (long?)m.Id).FirstOrDefaultAsync(cancellationToken);
        return limit is { } last ? await db.StatusMessages.Where(m => m.SiteCode == code && m.Id <= last).ExecuteDeleteAsync(cancellationToken) : 0;
    }

    [LoggerMessage(2901, LogLevel.Information, "{SiteCode}: {Count} status messages taken (sequence {Sequence}).")]
    private partial void LogTaken(string siteCode, int count, long sequence);

    [LoggerMessage(2902, LogLevel.Warning, "{SiteCode}: installation failed with event {EventId}: {Reason}")]
    private partial void LogSiteFailed(string siteCode, int eventId, string reason);

    [LoggerMessage(2904, LogLevel.Information, "{SiteCode}: event {EventId} speaks of job {JobId}; a newer one is on its way, and the site goes on.")]
    private partial void LogOvertaken(string siteCode, int eventId, string jobId);

    [LoggerMessage(2903, LogLevel.Error, "{SiteCode}: {File} could not be taken; the next run tries again.")]
    private partial void LogFailed(Exception exception, string siteCode, string file);
}
