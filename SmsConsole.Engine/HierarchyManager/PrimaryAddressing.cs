using Microsoft.EntityFrameworkCore;
using SmsConsole.Data;
using SmsConsole.Data.Operations;
using SmsConsole.Data.Sites;
using SmsConsole.SiteServer;
using SmsConsole.SiteServer.Formats;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.Engine;

/// <summary>
/// "The Hierarchy Manager ... updates the addressing for the parent site" (seed 000): a new PROPOSED image of this primary with the address of the new
/// site, which goes to its own Site Configuration Manager as a .CT1.
/// </summary>
internal sealed class PrimaryAddressing(EngineStore store, PrimarySite primary, IDisk disk, IWorkerNudge workers)
{
    /// <summary>In the transaction of the step that begins an installation.</summary>
    public async Task AddAsync(SmsContext db, Site site, CancellationToken cancellationToken)
    {
        var current = await db.SiteControl
            .Where(i => i.SiteCode == primary.Code && i.Kind == ControlImageKind.Proposed && i.IsCurrent)
            .Select(i => i.Text)
            .FirstAsync(cancellationToken);
        if (SiteControlFile.Parse(current).Value is not { } proposed || proposed.Image.Addresses.Any(a => a.Destination == site.Code))
        {
            return;
        }

        var image = proposed.Image with
        {
            Comment = $"Address of {site.Code}",
            PostedAt = new DateTimeOffset(DateTime.SpecifyKind(db.Now, DateTimeKind.Utc)),
            Addresses = [.. proposed.Image.Addresses, new SiteControlAddress(primary.Code, site.Code, "MS_LAN_SENDER", "LAN_DEFAULT", "")],
        };
        await SiteReports.AddImageAsync(db, primary.Code, ControlImageKind.Proposed, SiteControlFile.From(image).ToText(), cancellationToken);
        SystemJobs.Ask(db, OperationKinds.PlaceControlFile, primary.Code);
    }

    /// <summary>What has failed is due now; false where nothing has.</summary>
    public static async Task<bool> RetryAsync(SmsContext db, CancellationToken cancellationToken)
    {
        var failed = await db.Operations.Where(o => o.Kind == OperationKinds.PlaceControlFile && o.CompletedAt == null && o.Attempts > 0).ToListAsync(cancellationToken);
        failed.ForEach(o => o.DueAt = db.Now);
        return failed.Count > 0;
    }

    /// <summary>Writes the current PROPOSED image as a .CT1, named by the operation so that doing it again is the same file.</summary>
    public async Task PlaceAsync(Operation operation, CancellationToken cancellationToken)
    {
        var text = await store.ReadAsync(
            (db, token) => db.SiteControl.Where(i => i.SiteCode == primary.Code && i.Kind == ControlImageKind.Proposed && i.IsCurrent).Select(i => i.Text).FirstAsync(token),
            cancellationToken);
        disk.Write(Path.Combine(primary.Root.SiteConfigBox, $"{operation.Id:X8}.CT1"), System.Text.Encoding.UTF8.GetBytes(text));
        workers.Nudge(SiteComponents.SiteConfigManager);
    }
}
