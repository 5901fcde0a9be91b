namespace SmsConsole.SiteServer.Spool;

/// <summary>The SMS root directory: a site's whole world on disk, with the names of the seeds.</summary>
public sealed class SmsRoot(string path)
{
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>Site control files: .CT1 for Site Configuration Manager, .CT2 for Hierarchy Manager (seed 002).</summary>
    public string SiteConfigBox => In("SITE.SRV", "SITECFG.BOX");

    /// <summary>The master site control file.</summary>
    public string MasterSiteControlFile => System.IO.Path.Combine(SiteConfigBox, "SITECTRL.CT0");

    /// <summary>Jobs for the Scheduler (.JOB).</summary>
    public string ScheduleBox => In("SITE.SRV", "SCHEDULE.BOX");

    /// <summary>Package and instruction files that wait to be sent.</summary>
    public string ToSend => In("SITE.SRV", "SCHEDULE.BOX", "TOSEND");

    /// <summary>Packages that were received (.PCK with .INS).</summary>
    public string Receive => In("SITE.SRV", "DESPOOLR.BOX", "RECEIVE");

    public string StatusBox => In("SITE.SRV", "STATMGR.BOX");

    /// <summary>Outbound files that the parent collects over its own connection.</summary>
    public string Collect => In("SITE.SRV", "SCHEDULE.BOX", "COLLECT");

    /// <summary>Component slots and the pointer to the one in use.</summary>
    public string Components => In("SITE.SRV", "SITE.BIN");

    /// <summary>The Bootstrap service as phase 1 copied it.</summary>
    public string BootstrapDirectory => In("BOOTSTRP.BIN");

    /// <summary>What the parent tells the Bootstrap service: codes, incarnation, the parent's key, the enrolment token.</summary>
    public string BootstrapOrder => In("BOOTSTRP.CFG");

    public string BootstrapConfirmation => In("BOOTSTRP.ACK");

    public string Package1 => In("BOOTSTRP.PK1");

    public string Package2 => In("BOOTSTRP.PK2");

    /// <summary>Private: keys and sequence numbers.</summary>
    public string Trust => In("SITE.SRV", "TRUST");

    public string Logs => In("LOGS");

    public string SystemMap => In("SYSTEM.MAP");

    /// <summary>BOOTSTRP.LOG, beside the SMS root directory (seed 000: the root of the drive).</summary>
    public string BootstrapLog => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path) ?? Path, "BOOTSTRP.LOG");

    public string Outbox(string sender) => In("SITE.SRV", "SCHEDULE.BOX", "OUTBOXES", sender);

    /// <summary>What was set aside from an inbox, each file with its reason beside it.</summary>
    public static string Quarantine(string box) => System.IO.Path.Combine(box, "BAD");

    private string In(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);
}
