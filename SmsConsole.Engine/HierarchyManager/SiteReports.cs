using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using SmsConsole.Data;
using SmsConsole.Data.Sites;
using SmsConsole.SiteServer;
using SmsConsole.SiteServer.Formats;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.Engine;

/// <summary>
/// Takes the sites' .CT2 files. A report takes effect once: ACTUAL image, receipt and status are one transaction. Killed between
/// commit and delete: the receipt says so, and the file is dropped.
/// </summary>
internal sealed partial class SiteReports(EngineStore store, PrimarySite primary, PhaseChanger phases, InboxMail mail, PoisonBox poison, IDisk disk, ILogger<SiteReports> log)
{
    public async Task TakeAsync(CancellationToken cancellationToken)
    {
        var box = primary.Root.SiteConfigBox;
        foreach (var file in disk.ListFiles(box, "*.CT2"))
        {
            try
            {
                if (await TakeAsync(file, cancellationToken) is { } problem)
                {
                    poison.SetAside(box, problem.Message, problem.Code == 0 ? null : problem.Extension, file, InboxMail.EnvelopeFile(file));
                }
            }
            catch (Exception e) when (e is not (OperationCanceledException or FenceLostException))
            {
                LogFailed(e, primary.Code, Path.GetFileName(file));
            }
        }

        mail.DropOrphans(box);
    }

    /// <summary>Null when it was dealt with; else why it is refused (code 0: no documented number).</summary>
    private async Task<FormatError?> TakeAsync(string file, CancellationToken cancellationToken)
    {
        var (envelope, verdict, reason) = await mail.JudgeAsync(file, EnvelopeTypes.SiteReport, cancellationToken);
        switch (verdict)
        {
            case MailVerdict.Refused:
                return new FormatError(0, 0, reason);
            case MailVerdict.Known or MailVerdict.Stale:
                LogDropped(envelope!.Source, Path.GetFileName(file), envelope.Sequence, verdict);
                mail.Drop(file);
                return null;
        }

        var parsed = Parse(file);
        if (parsed.Value is not { } report)
        {
            await RaiseAsync(SmsEvents.CannotReadSiteControlFile, $"{Path.GetFileName(file)} of site {envelope!.Source} cannot be read: {parsed.Error}", cancellationToken);
            return parsed.Error;
        }

        if (report.Image.Type != SiteControlFileType.Actual)
        {
            await RaiseAsync(SmsEvents.BadSiteControlFileType, $"{Path.GetFileName(file)} of site {envelope!.Source} is of type {report.Image.Type}.", cancellationToken);
            return new FormatError(FormatErrorCode.BadType, 0, $"A report is ACTUAL, not {report.Image.Type}.");
        }

        if (report.Image.TargetSite != envelope!.Source || report.Image.OriginatingSite != envelope.Source)
        {
            return new FormatError(FormatErrorCode.BadSiteInfo, 0, $"Site {envelope.Source} speaks of site {report.Image.TargetSite}: a site speaks only for itself.");
        }

        return await StoreAsync(file, envelope, report, cancellationToken);
    }

    private async Task<FormatError?> StoreAsync(string file, Envelope envelope, SiteControlFile report, CancellationToken cancellationToken)
    {
        var (outcome, state) = await store.WriteAsync(
            async (db, token) =>
            {
                var site = await db.Sites.FirstAsync(s => s.Code == envelope.Source, token);
                var state = SiteState.Of(site);
                if (site.Incarnation != envelope.Incarnation || await InboxMail.IsKnownAsync(db, envelope, token))
                {
                    db.Abandon();
                    return (MoveOutcome.Stale, state);
                }

                await CatchUpAsync(db, site, token);
                if (!phases.Apply(db, site, new SiteMove(SiteEvent.Reported, $"The configuration of {site.Code} has arrived ({Path.GetFileName(file)}).", Components.HierarchyManager)))
                {
                    db.Abandon();
                    return (MoveOutcome.NotAllowed, state);
                }

                site.LastReportAt = db.Now;
                site.Version = report.Image.Build;
                site.ServicesJson = Services(report.Image);
                InboxMail.Receive(db, envelope);
                if (!await IsKnownAsync(db, site, report.Image, token))
                {
                    await AddImageAsync(db, site.Code, ControlImageKind.Actual, report.ToText(), token);
                }

                await CompleteJobsAsync(db, site, token);
                db.StatusMessages.Add(SmsEvents.Message(db.Now, primary.Code, SmsEvents.ActualReceived, Severity.Information, $"The ACTUAL site control file of {site.Code} was received."));
                return (MoveOutcome.Moved, state);
            },
            cancellationToken);
        switch (outcome)
        {
            case MoveOutcome.NotAllowed:
                return new FormatError(0, 0, $"Site {envelope.Source} is {state}: no report is awaited before its package was sent.");
            case MoveOutcome.Moved:
                LogReported(envelope.Source, state.ToString(), report.Image.Build);
                mail.Drop(file);
                break;
        }

        return null; // stale: the next run judges it anew
    }

    /// <summary>With many sites at once a report is often here before anyone has looked at the job's end: the history tells that step, too.</summary>
    private async Task CatchUpAsync(SmsContext db, Site site, CancellationToken cancellationToken)
    {
        if (SiteState.Of(site) == SiteTransitions.ControlSending
            && await db.Jobs.Where(j => j.Destination == site.Code && j.Incarnation == site.Incarnation && j.Type == JobType.SiteControl)
                .OrderByDescending(j => j.Id).FirstOrDefaultAsync(cancellationToken) is { Status: JobStatus.Complete } job)
        {
            phases.Apply(db, site, new SiteMove(SiteEvent.ControlJobComplete, $"{job.Comment} ({job.Id}) is complete.", Components.HierarchyManager));
        }
    }

    /// <summary>A site reports every day. What says nothing new of it, since it was created, is no new version.</summary>
    private static async Task<bool> IsKnownAsync(SmsContext db, Site site, SiteControlImageContent image, CancellationToken cancellationToken) =>
        await db.SiteControl
            .Where(i => i.SiteCode == site.Code && i.Kind == ControlImageKind.Actual && i.IsCurrent && i.At >= site.CreatedAt)
            .Select(i => i.Text)
            .FirstOrDefaultAsync(cancellationToken) is { } current
        && SiteControlFile.Parse(current).Value?.Image.SaysTheSameAs(image) == true;

    /// <summary>Stores a version of an image as the current one of its kind.</summary>
    public static async Task AddImageAsync(SmsContext db, string code, ControlImageKind kind, string text, CancellationToken cancellationToken)
    {
        var serial = 0L;
        if (await db.SiteControl.FirstOrDefaultAsync(i => i.SiteCode == code && i.Kind == kind && i.IsCurrent, cancellationToken) is { } current)
        {
            serial = current.Serial;
            current.IsCurrent = false;

            // Before the insert: there is never a moment with two current ones.
            await db.SaveChangesAsync(cancellationToken);
        }

        db.SiteControl.Add(new Data.Sites.SiteControlImage { SiteCode = code, Kind = kind, Serial = serial + 1, IsCurrent = true, At = db.Now, Text = text });
    }

    /// <summary>What the destination did with what arrived is done: it reports.</summary>
    private static async Task CompleteJobsAsync(SmsContext db, Site site, CancellationToken cancellationToken)
    {
        var working = await db.Jobs.Where(j => j.Destination == site.Code && j.Incarnation == site.Incarnation && j.WorkingStatus == WorkingStatus.Pending).ToListAsync(cancellationToken);
        working.ForEach(j => j.WorkingStatus = WorkingStatus.Complete);
    }

    private static string Services(SiteControlImageContent image) =>
        JsonSerializer.Serialize(
            image.Properties
                .Where(p => p.Name.StartsWith(ServiceState.PropertyPrefix, StringComparison.Ordinal))
                .Take(100)
                .Select(p => new ServiceRow(
                    p.Name[ServiceState.PropertyPrefix.Length..],
                    p.Text1,
                    DateTimeOffset.TryParse(p.Text2, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var since) ? since : null,
                    (int)Math.Min(p.Number, int.MaxValue))),
            JsonSerializerOptions.Web);

    private ParseResult<SiteControlFile> Parse(string file)
    {
        return Inbox.TryRead(disk, file, SiteControlFile.MaxBytes, out var error) is { } content ? SiteControlFile.Parse(content) : new FormatError(FormatErrorCode.CannotRead, 0, error);
    }

    private Task RaiseAsync(int messageId, string text, CancellationToken cancellationToken) =>
        store.WriteAsync(
            (db, _) =>
            {
                db.StatusMessages.Add(SmsEvents.Message(db.Now, primary.Code, messageId, Severity.Error, text));
                return Task.CompletedTask;
            },
            cancellationToken);

    [LoggerMessage(2401, LogLevel.Information, "{SiteCode}: report taken (was {From}), version {Version}.")]
    private partial void LogReported(string siteCode, string from, string version);

    [LoggerMessage(2402, LogLevel.Information, "{SiteCode}: {File} (sequence {Sequence}) dropped: {Verdict}.")]
    private partial void LogDropped(string siteCode, string file, long sequence, MailVerdict verdict);

    [LoggerMessage(2403, LogLevel.Error, "{SiteCode}: the report {File} could not be taken; the next run tries again.")]
    private partial void LogFailed(Exception exception, string siteCode, string file);
}
