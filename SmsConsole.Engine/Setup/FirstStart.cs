using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using SmsConsole.Data;
using SmsConsole.Data.Sites;
using SmsConsole.SiteServer;
using SmsConsole.SiteServer.Content;
using SmsConsole.SiteServer.Formats;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.Engine;

/// <summary>
/// What SMS Setup does for the primary itself: folders, key, site row with its images, SITECTRL.CT0. Every start makes sure of it, so a
/// first start that was killed goes on with the next.
/// </summary>
internal sealed partial class FirstStart(EngineStore store, PrimarySite primary, SmsConsoleOptions options, SitePackageLibrary packages, IDisk disk, TimeProvider clock, ILogger<FirstStart> log)
{
    /// <summary>
    /// Before the lease is taken: an engine with another SMS root has another key, and every site would refuse what it sends.
    /// </summary>
    /// <exception cref="InvalidOperationException">The database is another primary's, or this SMS root does not hold the primary's key.</exception>
    public async Task RequireOwnDatabaseAsync(CancellationToken cancellationToken)
    {
        var known = await store.ReadAsync((db, token) => db.Sites.Where(s => s.Type == SiteType.Primary).Select(s => new { s.Code, s.PublicKey }).FirstOrDefaultAsync(token), cancellationToken);
        if (known is null)
        {
            return;
        }

        if (known.Code != primary.Code)
        {
            throw new InvalidOperationException($"The database belongs to primary site {known.Code}, the settings say {primary.Code}. A site never changes its code.");
        }

        if (known.PublicKey is { Length: > 0 } && !(primary.HasKey && known.PublicKey.AsSpan().SequenceEqual(primary.Key.PublicKey)))
        {
            throw new InvalidOperationException($"The database belongs to primary site {known.Code} with another key than the SMS root directory {primary.Root.Path} holds in SITE.SRV/TRUST: its sites would refuse this engine. Start it with the SMS root directory of that primary.");
        }
    }

    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        CreateFolders();
        _ = primary.Key;
        packages.WriteSystemMap();
        var image = SiteControlFile.From(SiteImages.Primary(primary.Code, primary.Name, primary.Root.Path, options, clock.GetUtcNow(), SiteControlFileType.Actual));
        var created = await store.WriteAsync((db, token) => CreateSiteAsync(db, image, token), cancellationToken);
        primary.Incarnation = await store.ReadAsync((db, token) => db.Sites.Where(s => s.Code == primary.Code).Select(s => s.Incarnation).FirstAsync(token), cancellationToken);
        if (!disk.FileExists(primary.Root.MasterSiteControlFile))
        {
            disk.Write(primary.Root.MasterSiteControlFile, image.ToBytes());
        }

        if (created)
        {
            LogCreated(primary.Code, primary.Root.Path);
        }
    }

    private void CreateFolders()
    {
        var root = primary.Root;
        foreach (var directory in (string[])[root.SiteConfigBox, root.ScheduleBox, root.ToSend, root.Outbox(Scheduler.LanOutbox), root.Receive, root.StatusBox, root.Logs, root.Trust])
        {
            disk.CreateDirectory(directory);
        }
    }

    private async Task<bool> CreateSiteAsync(SmsContext db, SiteControlFile image, CancellationToken cancellationToken)
    {
        if (await db.Sites.AnyAsync(s => s.Type == SiteType.Primary, cancellationToken))
        {
            return false;
        }

        var site = new Site
        {
            Code = primary.Code,
            Name = primary.Name,
            Type = SiteType.Primary,
            InstallDirectory = primary.Root.Path,
            Version = SiteImages.Build,
            Incarnation = Guid.NewGuid(),
            PublicKey = primary.Key.PublicKey,
            CreatedAt = db.Now,
        };
        PhaseChanger.BeginActive(site);
        db.Sites.Add(site);
        await SiteReports.AddImageAsync(db, site.Code, ControlImageKind.Actual, image.ToText(), cancellationToken);
        await SiteReports.AddImageAsync(db, site.Code, ControlImageKind.Proposed, SiteControlFile.From(image.Image with { Type = SiteControlFileType.Proposed }).ToText(), cancellationToken);
        return true;
    }

    [LoggerMessage(2701, LogLevel.Information, "{SiteCode}: primary site created, SMS root directory {Root}.")]
    private partial void LogCreated(string siteCode, string root);
}
