using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using SmsConsole.Data;
using SmsConsole.Data.Jobs;
using SmsConsole.Data.Queries;
using SmsConsole.Data.Sites;
using SmsConsole.Engine;

namespace SmsConsole.TestKit;

/// <summary>Fills the database of a console with many rows, and changes them as its engine would.</summary>
public static class DatabaseSeed
{
    /// <summary>The code of the n-th seeded secondary: A00 to ZZZ in order, without codes that mean something else.</summary>
    public static string Code(int n)
    {
        const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        return $"{(char)('A' + (n / (36 * 36)))}{Digits[n / 36 % 36]}{Digits[n % 36]}" switch
        {
            "P01" => "ZZ0",
            "AUX" => "ZZ1",
            "CON" => "ZZ2",
            "NUL" => "ZZ3",
            "PRN" => "ZZ4",
            var code => code,
        };
    }

    /// <summary>The primary P01, where there is none yet, and secondaries below it, in every state a site is in.</summary>
    public static async Task SitesAsync(IServiceProvider services, int sites, CancellationToken cancellationToken = default)
    {
        var store = services.GetRequiredService<SmsStore>();
        await store.InTransactionAsync(
            async (db, token) =>
            {
                if (!await db.Sites.AnyAsync(s => s.Code == "P01", token))
                {
                    db.Sites.Add(new Site { Code = "P01", Name = "Primary site", Type = SiteType.Primary, Status = SiteStatus.Active, InstallDirectory = "/sms", Version = "1.0.0", CreatedAt = db.Now });
                    await db.SaveChangesAsync(token);
                }

                for (var n = 0; n < sites; n++)
                {
                    var (status, detailed, phase) = (n % 50) switch
                    {
                        7 => (SiteStatus.Pending, DetailedStatus.InstJobBegin, 2),
                        19 => (SiteStatus.Pending, DetailedStatus.FirstScJobEnd, 4),
                        31 => (SiteStatus.Failed, DetailedStatus.InstJobError, 2),
                        _ => (SiteStatus.Active, DetailedStatus.None, 4),
                    };
                    db.Sites.Add(new Site
                    {
                        Code = Code(n),
                        Name = "Branch office " + Code(n),
                        Type = SiteType.Secondary,
                        ParentCode = "P01",
                        Status = status,
                        DetailedStatus = detailed,
                        Phase = phase,
                        InstallDirectory = "/srv/sms/" + Code(n),
                        Incarnation = Guid.NewGuid(),
                        Version = "1.0.0",
                        LastReportAt = db.Now.AddMinutes(-n).AddSeconds(-20), // the first one is "seconds ago", the longest that is said of a report
                        WaitText = status == SiteStatus.Pending ? "Waiting for the sender." : null,
                        WaitSince = status == SiteStatus.Pending ? db.Now : null,
                        FailureEventId = status == SiteStatus.Failed ? 384 : null,
                        FailureReason = status == SiteStatus.Failed ? "Not enough disk space for the site server." : null,
                        FailedFrom = status == SiteStatus.Failed ? DetailedStatus.InstJobBegin : null,
                        FailedAt = status == SiteStatus.Failed ? db.Now : null,
                        CreatedAt = db.Now,
                    });
                }
            },
            cancellationToken);
    }

    /// <summary>A job for each of the first secondaries, in every state a job is in.</summary>
    public static async Task JobsAsync(IServiceProvider services, int jobs, CancellationToken cancellationToken = default) =>
        await services.GetRequiredService<SmsStore>().InTransactionAsync(
            (db, _) =>
            {
                var states = Enum.GetValues<JobStatus>();
                for (var n = 0; n < jobs; n++)
                {
                    var status = states[n % states.Length];
                    var started = status != JobStatus.Pending;
                    db.Jobs.Add(new Job
                    {
                        Id = $"P01{n + 1:00000}",
                        Comment = "Site Install Job for " + Code(n),
                        Type = JobType.SiteInstall,
                        Status = status,
                        SendingStatus = status switch { JobStatus.Active => SendingStatus.Sending, JobStatus.Retrying => SendingStatus.Error, JobStatus.Complete => SendingStatus.Ok, _ => SendingStatus.None },
                        WorkingStatus = status == JobStatus.Complete ? WorkingStatus.Complete : WorkingStatus.None,
                        Destination = Code(n),
                        Priority = (n % 3) switch { 0 => JobPriority.High, 1 => JobPriority.Medium, _ => JobPriority.Low },
                        Phase = 2,
                        BytesTotal = started ? 48_300_000 : 0,
                        BytesSent = started ? status == JobStatus.Complete ? 48_300_000 : 12_700_000 : 0,
                        Attempts = status == JobStatus.Retrying ? 4 : started ? 1 : 0,
                        CreatedAt = db.Now.AddMinutes(-n),
                        StartedAt = started ? db.Now.AddMinutes(-n) : null,
                        NextTryAt = status == JobStatus.Retrying ? db.Now.AddMinutes(4) : null,
                        WaitText = status == JobStatus.Pending ? "Waiting for the Scheduler." : null,
                        WaitSince = status == JobStatus.Pending ? db.Now : null,
                        Reason = status is JobStatus.Retrying or JobStatus.Failed ? $"branch-{Code(n).ToLowerInvariant()}.example.com does not answer on port 22 (Connection timed out)." : null,
                    });
                }

                return Task.CompletedTask;
            },
            cancellationToken);

    /// <summary>Status messages up to that many, spread over the first <paramref name="sites"/> secondaries. SQLite.</summary>
    public static async Task MessagesAsync(IServiceProvider services, int messages, int sites, CancellationToken cancellationToken = default)
    {
        var codes = string.Join(',', Enumerable.Range(0, sites).Select(n => $"({n},'{Code(n)}')"));
        var store = services.GetRequiredService<SmsStore>();
        await store.InTransactionAsync(
            async (db, token) =>
            {
                db.Database.SetCommandTimeout(TimeSpan.FromMinutes(10));
                var there = await db.StatusMessages.CountAsync(token);
#pragma warning disable EF1002 // Our own site codes and numbers.
                await db.Database.ExecuteSqlRawAsync(
                    $"""
                    WITH RECURSIVE n(i) AS (SELECT {there} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {messages}), s(k, code) AS (VALUES {codes})
                    INSERT INTO StatusMessages (At, SiteCode, Component, MessageId, Severity, Text)
                    SELECT strftime('%Y-%m-%d %H:%M:%f', 1767600000 + i, 'unixepoch'), s.code, 'SMS_COMPONENT_' || (i % 12), 300 + i % 90,
                        CASE WHEN i % 100 < 90 THEN 'Information' WHEN i % 100 < 98 THEN 'Warning' ELSE 'Error' END,
                        'Component ' || (i % 12) || ' of the site has finished its work number ' || i || ' as it was asked to.'
                    FROM n JOIN s ON s.k = n.i % {sites} WHERE n.i < {messages}
                    """,
                    token);
#pragma warning restore EF1002
                await db.Database.ExecuteSqlRawAsync("ANALYZE;", token);
            },
            cancellationToken);
    }

    /// <summary>
    /// One engine event per site, all in one transaction: each site's version becomes the text given for it. Goes the way of the engine's own
    /// writes, so that live views hear of it as they do in production.
    /// </summary>
    /// <param name="handedOver">Called when everything is in place and only saving and committing is left.</param>
    public static Task ChangeAsync(IServiceProvider services, IReadOnlyDictionary<string, string> versions, Action handedOver, CancellationToken cancellationToken = default) =>
        services.GetRequiredService<EngineStore>().CommandAsync(
            async (db, token) =>
            {
                var codes = versions.Keys.ToList();
                foreach (var site in await db.Sites.Where(s => codes.Contains(s.Code)).ToListAsync(token))
                {
                    site.Version = versions[site.Code];
                }

                handedOver();
                return true;
            },
            cancellationToken);
}
