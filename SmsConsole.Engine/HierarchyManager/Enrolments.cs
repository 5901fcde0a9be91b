using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using SmsConsole.SiteServer;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.Engine;

/// <summary>
/// Takes the Bootstrap services' confirmations (SITECFG.BOX/&lt;code&gt;.ENR): checks the proof, keeps the site's key, burns the
/// token. Killed between commit and delete: the same confirmation is found again, known, and dropped.
/// </summary>
internal sealed partial class Enrolments(EngineStore store, PrimarySite primary, PhaseChanger phases, SystemJobs jobs, PoisonBox poison, IDisk disk, ILogger<Enrolments> log)
{
    private const int MaximumFile = 16 << 10;

    /// <summary>Why the last confirmation of a site was refused, for the site that waits for it in vain; after a restart only the box's BAD folder says so.</summary>
    private readonly Dictionary<string, string> _refused = new(StringComparer.Ordinal);

    public async Task TakeAsync(CancellationToken cancellationToken)
    {
        foreach (var file in disk.ListFiles(primary.Root.SiteConfigBox, "*.ENR"))
        {
            try
            {
                if (await TakeAsync(file, cancellationToken) is { } problem)
                {
                    poison.SetAside(primary.Root.SiteConfigBox, problem, null, file);
                    _refused[Path.GetFileNameWithoutExtension(file)] = problem;
                }
            }
            catch (Exception e) when (e is not (OperationCanceledException or FenceLostException))
            {
                LogFailed(e, primary.Code, Path.GetFileName(file));
            }
        }
    }

    /// <summary>
    /// Null while a confirmation of the site lies in the box; else what became of it. It lies there before its job is complete, so who has seen the
    /// job complete and then finds none here waits in vain.
    /// </summary>
    public string? WhyMissing(string code)
    {
        if (disk.FileExists(Path.Combine(primary.Root.SiteConfigBox, code + ".ENR")))
        {
            return null;
        }

        return _refused.TryGetValue(code, out var why) ? $"It was refused: {why}" : "It was refused or lost before this site had taken it.";
    }

    /// <summary>Null when it was dealt with or has to wait; else why it is refused.</summary>
    private async Task<string?> TakeAsync(string file, CancellationToken cancellationToken)
    {
        if (Read(file, out var problem) is not { } enrolment)
        {
            return problem;
        }

        var (site, job, tokens) = await store.ReadAsync(
            async (db, token) =>
            {
                var site = await db.Sites.FirstOrDefaultAsync(s => s.Code == enrolment.SiteCode && s.ParentCode == primary.Code, token);
                var job = await db.Jobs.Where(j => j.Destination == enrolment.SiteCode && j.Incarnation == enrolment.Incarnation && j.Type == JobType.Bootstrap)
                    .OrderByDescending(j => j.Id).FirstOrDefaultAsync(token);
                return (site, job, await jobs.TokensAsync(db, enrolment.SiteCode, enrolment.Incarnation, token));
            },
            cancellationToken);
        if (site is null || site.Incarnation != enrolment.Incarnation)
        {
            return $"Site {enrolment.SiteCode} is not known in this incarnation.";
        }

        var key = Convert.FromBase64String(enrolment.PublicKey);
        if (site.PublicKey is { } known)
        {
            if (!known.AsSpan().SequenceEqual(key))
            {
                return $"Site {site.Code} has confirmed before, with another key.";
            }

            // Accepted before; only the file was left over.
            disk.Delete(file);
            return null;
        }

        if (!tokens.Any(t => EnrolmentProof.IsValid(enrolment, t)))
        {
            return "Its proof is wrong: it does not come from the Bootstrap service this primary started.";
        }

        if (SiteState.Of(site) != SiteTransitions.BootstrapSending || job?.Status != JobStatus.Complete)
        {
            // The sender has yet to say that the job is complete, or a retry is to come: the confirmation stays good.
            return null;
        }

        var outcome = await phases.MoveAsync(
            SeenSite.Of(site),
            new SiteMove(SiteEvent.Enrolled, $"The Bootstrap service of {site.Code} has confirmed that it runs.", Components.HierarchyManager),
            async (db, row, token) =>
            {
                row.PublicKey = key;
                await SystemJobs.BurnTokensAsync(db, row, token);
                row.RuntimeId = enrolment.RuntimeId;
            },
            cancellationToken);
        if (outcome == MoveOutcome.Moved)
        {
            LogEnrolled(site.Code, enrolment.Version);
            _refused.Remove(site.Code);
            disk.Delete(file);
        }

        return null;
    }

    private Enrolment? Read(string file, out string problem)
    {
        if (Inbox.TryRead(disk, file, MaximumFile, out problem) is not { } content || SiteJson.TryRead(content, SiteJson.Default.Enrolment, out problem) is not { } enrolment)
        {
            return null;
        }

        problem = "It is not named after the site it speaks of.";
        if (!string.Equals(Path.GetFileNameWithoutExtension(file), enrolment.SiteCode, StringComparison.Ordinal))
        {
            return null;
        }

        problem = "Its platform is not a runtime id.";
        if (enrolment.RuntimeId is { } id && (id.Length is 0 or > 32 || !id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.')))
        {
            return null;
        }

        problem = "Its key is not a P-256 key.";
        return IsKey(enrolment.PublicKey) ? enrolment : null;
    }

    private static bool IsKey(string base64)
    {
        try
        {
            using var key = System.Security.Cryptography.ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(base64), out _);
            return key.KeySize == 256;
        }
        catch (Exception e) when (e is FormatException or System.Security.Cryptography.CryptographicException)
        {
            return false;
        }
    }

    [LoggerMessage(2301, LogLevel.Information, "{SiteCode}: the Bootstrap service (version {Version}) has confirmed; its key is kept.")]
    private partial void LogEnrolled(string siteCode, string version);

    [LoggerMessage(2302, LogLevel.Error, "{SiteCode}: the confirmation {File} could not be taken; the next run tries again.")]
    private partial void LogFailed(Exception exception, string siteCode, string file);
}
