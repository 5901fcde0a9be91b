using System.Security.Cryptography;
using System.Text.Json;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.SiteServer;

/// <summary>The way of Site Configuration Manager's reports to a Hierarchy Manager.</summary>
public interface IReportRoute
{
    /// <summary>Keeps a report durably.</summary>
    void Begin(byte[] report);

    /// <summary>Sends on what is kept. Doing it again sends nothing twice.</summary>
    void GoOn();
}

/// <summary>
/// A secondary's route: a random-named .CT2 (seed 000), carried by a job of its own Scheduler and Sender to the parent.
/// </summary>
public sealed class ReportToParent(IDisk disk, SmsRoot root, SiteIdentity identity, TimeProvider clock, TraceLog log) : IReportRoute
{
    public void Begin(byte[] report) =>
        disk.Write(Path.Combine(root.SiteConfigBox, Convert.ToHexString(RandomNumberGenerator.GetBytes(4)) + ".CT2"), report);

    public void GoOn()
    {
        foreach (var report in disk.ListFiles(root.SiteConfigBox, "*.CT2"))
        {
            Send(report);
        }
    }

    /// <summary>The job carries a copy, named by the report, so that doing it again is the same job.</summary>
    private void Send(string report)
    {
        var id = identity.SiteCode + Path.GetFileNameWithoutExtension(report);
        if (id.Length > 32 || !id.All(char.IsAsciiLetterOrDigit))
        {
            Inbox.SetAside(disk, root.SiteConfigBox, "Its name is not one that Site Configuration Manager gives.", null, report);
            return;
        }

        disk.CreateDirectory(root.ToSend);
        disk.Write(Scheduler.PayloadFile(root, id), disk.ReadAll(report, Formats.SiteControlFile.MaxBytes));
        Scheduler.Place(disk, root, new SystemJob(
            id,
            $"Site Control Job for {identity.ParentCode}",
            SystemJobKind.Package,
            identity.ParentCode,
            identity.Incarnation,
            Priority: 1,
            Scheduler.PayloadFile(root, id),
            EnvelopeTypes.SiteReport,
            EnvelopeStreams.Control,
            Order: null,
            clock.GetUtcNow()));
        disk.Delete(report);
        log.Information($"{Path.GetFileName(report)} goes to {identity.ParentCode} as job {id}.");
    }
}

/// <summary>
/// A primary's route: its own Hierarchy Manager reads the same SITECFG.BOX. The envelope beside the report numbers it like any other site's.
/// </summary>
public sealed class ReportToHierarchyManager(IDisk disk, SmsRoot root, string siteCode, Func<Guid> incarnation, TimeProvider clock) : IReportRoute
{
    private readonly SequenceNumbers _sequences = new(disk, root);

    public void Begin(byte[] report)
    {
        var sequence = _sequences.Next(siteCode, incarnation(), EnvelopeStreams.Control);
        var envelope = new Envelope(
            1, siteCode, siteCode, incarnation(), EnvelopeStreams.Control, sequence, EnvelopeTypes.SiteReport, report.Length, Convert.ToHexStringLower(SHA256.HashData(report)), clock.GetUtcNow());
        var file = Path.Combine(root.SiteConfigBox, $"{siteCode}{sequence:X5}.CT2");
        disk.Write(Path.ChangeExtension(file, ".ENV"), JsonSerializer.SerializeToUtf8Bytes(envelope, SiteJson.Default.Envelope));
        disk.Write(file, report);
    }

    public void GoOn()
    {
        // It lies where Hierarchy Manager looks.
    }
}
