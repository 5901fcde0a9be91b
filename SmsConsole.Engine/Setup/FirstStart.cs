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
        if (await db.Sites.FirstOrDefaultAsync(s => s.Type == SiteType.Primary, cancellationToken) is { } existing)
        {
            return existing.Code == primary.Code
                ? false
                : throw new InvalidOperationException($"The database belongs to primary site {existing.Code}, the settings say {primary.Code}. A site never changes its code.");
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
