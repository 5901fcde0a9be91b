using Microsoft.EntityFrameworkCore;
using SmsConsole.Data;
using SmsConsole.Data.Sites;

namespace SmsConsole.Engine;

/// <summary>What became of a step.</summary>
internal enum MoveOutcome
{
    Moved,

    /// <summary>Somebody else was first; nothing was written. Look again.</summary>
    Stale,

    /// <summary>The table has no such edge; nothing was written.</summary>
    NotAllowed,
}

/// <summary>A step of a site.</summary>
/// <param name="Who">A component or a person.</param>
internal sealed record SiteMove(SiteEvent Event, string Why, string Who, SiteFailureText? Failure = null);

/// <summary>The site as the one who wants to move it saw it.</summary>
internal sealed record SeenSite(string Code, SiteState State, long Revision)
{
    public static SeenSite Of(Site site) => new(site.Code, SiteState.Of(site), site.Revision);
}

/// <summary>
/// The only writer of a site's status. A step is one transaction: site (compared with what the caller saw), history row, change row
/// (the context writes it), and whatever the callback adds: job, operation, image, receipt.
/// Killed here: all of it or none.
/// </summary>
internal sealed class PhaseChanger(EngineStore store, PhaseDeadlines deadlines)
{
    /// <summary>Moves a site in a transaction of its own.</summary>
    public async Task<MoveOutcome> MoveAsync(SeenSite seen, SiteMove move, Func<SmsContext, Site, CancellationToken, Task>? with, CancellationToken cancellationToken)
    {
        try
        {
            return await store.WriteAsync((db, token) => MoveAsync(db, seen, move, with, token), cancellationToken);
        }
        catch (DbUpdateConcurrencyException)
        {
            return MoveOutcome.Stale;
        }
    }

    /// <summary>Moves a site inside a transaction that runs; abandons it unless the site moved.</summary>
    public async Task<MoveOutcome> MoveAsync(SmsContext db, SeenSite seen, SiteMove move, Func<SmsContext, Site, CancellationToken, Task>? with, CancellationToken cancellationToken)
    {
        var site = await db.Sites.FirstOrDefaultAsync(s => s.Code == seen.Code, cancellationToken);
        if (site is null || site.Revision != seen.Revision || SiteState.Of(site) != seen.State)
        {
            db.Abandon();
            return MoveOutcome.Stale;
        }

        if (!Apply(db, site, move))
        {
            db.Abandon();
            return MoveOutcome.NotAllowed;
        }

        if (with is not null)
        {
            await with(db, site, cancellationToken);
        }

        return MoveOutcome.Moved;
    }

    /// <summary>The first state of a new site.</summary>
    public static void Begin(SmsContext db, Site site, string who)
    {
        Enter(site, SiteTransitions.NewSite);
        site.WaitText = SiteWaits.For(SiteTransitions.NewSite, site.Code);
        site.WaitSince = db.Now;
        db.SiteHistory.Add(new SiteHistory
        {
            SiteCode = site.Code,
            At = db.Now,
            FromStatus = site.Status,
            FromDetailed = site.DetailedStatus,
            FromPhase = site.Phase,
            ToStatus = site.Status,
            ToDetailed = site.DetailedStatus,
            ToPhase = site.Phase,
            Why = "Site creation has been initiated.",
            Who = who,
        });
    }

    /// <summary>The primary itself, which nobody installs.</summary>
    public static void BeginActive(Site site) => Enter(site, SiteTransitions.Active);

    /// <summary>Takes the step on a tracked site; false, with nothing changed, where the table has no such edge.</summary>
    public bool Apply(SmsContext db, Site site, SiteMove move)
    {
        var from = SiteState.Of(site);
        if (SiteTransitions.Next(from, move.Event) is not { } to)
        {
            return false;
        }

        if (to == from)
        {
            return true;
        }

        Enter(site, to);
        site.WaitText = SiteWaits.For(to, site.Code);
        site.WaitSince = site.WaitText is null ? null : db.Now;
        site.WaitUntil = deadlines.For(to) is { } time ? db.Now + time : null;
        var failed = to.Status == SiteStatus.Failed;
        site.FailedFrom = failed ? from.Detailed : null;
        site.FailedAt = failed ? db.Now : null;
        site.FailureEventId = failed ? move.Failure?.EventId : null;
        site.FailureReason = failed ? move.Failure?.Reason ?? move.Why : null;
        site.FailureWhatToDo = failed ? move.Failure?.WhatToDo ?? "Retry." : null;
        db.SiteHistory.Add(new SiteHistory
        {
            SiteCode = site.Code,
            At = db.Now,
            FromStatus = from.Status,
            FromDetailed = from.Detailed,
            FromPhase = from.Phase,
            ToStatus = to.Status,
            ToDetailed = to.Detailed,
            ToPhase = to.Phase,
            Why = move.Why,
            Who = move.Who,
        });
        return true;
    }

    /// <summary>An active site that goes on running, but with something that a person has to mend.</summary>
    public static void Complain(SmsContext db, Site site, SiteFailureText failure)
    {
        site.FailureEventId = failure.EventId;
        site.FailureReason = failure.Reason;
        site.FailureWhatToDo = failure.WhatToDo;
        site.FailedAt ??= db.Now;
    }

    /// <summary>It is mended.</summary>
    public static void Settle(Site site, int eventId)
    {
        if (site.Status == SiteStatus.Active && site.FailureEventId == eventId)
        {
            site.FailureEventId = null;
            site.FailureReason = null;
            site.FailureWhatToDo = null;
            site.FailedAt = null;
        }
    }

    /// <summary>Time in which no engine ran counts for nobody's deadline: what came meanwhile has not been looked at.</summary>
    public static async Task ProlongAsync(SmsContext db, TimeSpan off, CancellationToken cancellationToken)
    {
        foreach (var site in await db.Sites.Where(s => s.Status == SiteStatus.Pending && s.WaitUntil != null).ToListAsync(cancellationToken))
        {
            site.WaitUntil += off;
        }
    }

    /// <summary>Says what a site waits for, with the reason its job gives. False when somebody else was first.</summary>
    public Task<bool> SayWaitAsync(SeenSite seen, string text, CancellationToken cancellationToken) =>
        store.WriteAsync(
            async (db, token) =>
            {
                var site = await db.Sites.FirstOrDefaultAsync(s => s.Code == seen.Code && s.Revision == seen.Revision, token);
                if (site is null)
                {
                    db.Abandon();
                    return false;
                }

                site.WaitText = text;
                return true;
            },
            cancellationToken);

    private static void Enter(Site site, SiteState state)
    {
        site.Status = state.Status;
        site.DetailedStatus = state.Detailed;
        site.Phase = state.Phase;
    }
}
