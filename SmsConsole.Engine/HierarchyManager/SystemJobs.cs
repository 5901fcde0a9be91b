using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using SmsConsole.Data;
using SmsConsole.Data.Jobs;
using SmsConsole.Data.Operations;
using SmsConsole.Data.Sites;
using SmsConsole.SiteServer;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.Engine;

/// <summary>Kinds of <see cref="Operation"/>.</summary>
internal static class OperationKinds
{
    public const string PlaceJob = nameof(PlaceJob);
    public const string CancelJob = nameof(CancelJob);
    public const string RetryJob = nameof(RetryJob);
    public const string SetPriority = nameof(SetPriority);

    /// <summary>The PROPOSED image of this primary goes to its own Site Configuration Manager.</summary>
    public const string PlaceControlFile = nameof(PlaceControlFile);
}

/// <summary>
/// Writes the rows of a system job: the job and the operation that places its file afterwards. Always inside the transaction of
/// the step that wants the job.
/// </summary>
internal sealed class SystemJobs(PrimarySite primary, IDataProtectionProvider protection)
{
    private const string CounterName = "job";
    private readonly IDataProtector _tokens = protection.CreateProtector("enrolment");

    /// <summary>As seed 000 calls them.</summary>
    public static string Comment(JobType type, string code) => type switch
    {
        JobType.Bootstrap => $"Bootstrap Job for {code}",
        JobType.SiteInstall => $"Site Install Job for {code}",
        JobType.SiteControl => $"Site Control Job for {code}",
    };

    public async Task<Job> AddAsync(SmsContext db, Site site, JobType type, CancellationToken cancellationToken)
    {
        var job = new Job
        {
            Id = await NextIdAsync(db, cancellationToken),
            Comment = Comment(type, site.Code),
            Type = type,
            Status = JobStatus.Pending,
            Destination = site.Code,
            Incarnation = site.Incarnation,
            Priority = JobPriority.High,
            Phase = site.Phase,
            CreatedAt = db.Now,
            WaitText = "Waiting for the Scheduler.",
            WaitSince = db.Now,
        };
        db.Jobs.Add(job);
        Ask(db, OperationKinds.PlaceJob, job.Id, type == JobType.Bootstrap ? await TokenAsync(db, site, cancellationToken) : null);
        return job;
    }

    public static void Ask(SmsContext db, string kind, string jobId, string? payload = null) =>
        db.Operations.Add(new Operation { Kind = kind, Subject = jobId, PayloadJson = payload, CreatedAt = db.Now, DueAt = db.Now });

    /// <summary>A job that could not be placed is tried now, however long its wait has grown.</summary>
    public static async Task PlaceNowAsync(SmsContext db, string jobId, CancellationToken cancellationToken)
    {
        foreach (var operation in await db.Operations.Where(o => o.Kind == OperationKinds.PlaceJob && o.Subject == jobId && o.CompletedAt == null).ToListAsync(cancellationToken))
        {
            operation.DueAt = db.Now;
        }
    }

    /// <summary>The enrolment token kept with a Bootstrap Job.</summary>
    public string Token(string payload) => _tokens.Unprotect(payload);

    /// <summary>Every token still good for this incarnation of the site.</summary>
    public async Task<IReadOnlyList<string>> TokensAsync(SmsContext db, string code, Guid incarnation, CancellationToken cancellationToken)
    {
        var payloads = await PlacedTokens(db, code, incarnation).Select(o => o.PayloadJson!).ToListAsync(cancellationToken);
        return [.. payloads.Distinct().Select(Token)];
    }

    /// <summary>Burns them: the confirmation was accepted.</summary>
    public static async Task BurnTokensAsync(SmsContext db, Site site, CancellationToken cancellationToken)
    {
        foreach (var operation in await PlacedTokens(db, site.Code, site.Incarnation).ToListAsync(cancellationToken))
        {
            operation.PayloadJson = null;
        }
    }

    /// <summary>
    /// A retry gives the same token again: the Bootstrap service of the first attempt may have confirmed already, and its
    /// confirmation must stay good until one has been accepted.
    /// </summary>
    private async Task<string> TokenAsync(SmsContext db, Site site, CancellationToken cancellationToken)
    {
        if (await PlacedTokens(db, site.Code, site.Incarnation).OrderByDescending(o => o.Id).Select(o => o.PayloadJson).FirstOrDefaultAsync(cancellationToken) is { } kept)
        {
            return kept;
        }

        return _tokens.Protect(EnrolmentProof.NewToken());
    }

    private static IQueryable<Operation> PlacedTokens(SmsContext db, string code, Guid incarnation) =>
        from operation in db.Operations
        join job in db.Jobs on operation.Subject equals job.Id
        where operation.Kind == OperationKinds.PlaceJob && operation.PayloadJson != null
            && job.Destination == code && job.Incarnation == incarnation && job.Type == JobType.Bootstrap
        select operation;

    /// <summary>Site code and five characters that only grow (SDK:sheapio_7roz).</summary>
    private async Task<string> NextIdAsync(SmsContext db, CancellationToken cancellationToken)
    {
        var counter = db.Counters.Local.FirstOrDefault(c => c.Name == CounterName)
            ?? await db.Counters.FirstOrDefaultAsync(c => c.Name == CounterName, cancellationToken);
        if (counter is null)
        {
            counter = new Counter { Name = CounterName };
            db.Counters.Add(counter);
        }

        return JobIds.Format(primary.Code, ++counter.Value);
    }
}
