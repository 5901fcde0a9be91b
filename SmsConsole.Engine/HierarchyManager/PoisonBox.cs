using Microsoft.Extensions.Logging;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.Engine;

/// <summary>Poison: moved into BAD with its reason, logged, never tried again.</summary>
internal sealed partial class PoisonBox(IDisk disk, PrimarySite primary, ILogger<PoisonBox> log)
{
    /// <param name="extension">Replaces the file's own (error numbers of KB121683); null keeps it.</param>
    public void SetAside(string box, string reason, string? extension, params ReadOnlySpan<string> files)
    {
        Inbox.SetAside(disk, box, reason, extension, files);
        LogSetAside(primary.Code, Path.GetFileName(files[0]), reason);
    }

    [LoggerMessage(2201, LogLevel.Warning, "{SiteCode}: {File} set aside: {Reason}")]
    private partial void LogSetAside(string siteCode, string file, string reason);
}
