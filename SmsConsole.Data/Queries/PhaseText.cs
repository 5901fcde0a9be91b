namespace SmsConsole.Data.Queries;

/// <summary>Where a site is, in plain words.</summary>
public static class PhaseText
{
    /// <param name="phase">0 to 4; says which phase a failed site left.</param>
    public static string For(SiteStatus status, DetailedStatus detailed, int phase) => status switch
    {
        SiteStatus.Deleted => "Deleted",
        SiteStatus.Failed when phase is >= 1 and <= 4 => $"Failed in phase {phase}",
        SiteStatus.Failed => "Failed",
        SiteStatus.Active when detailed == DetailedStatus.None => "Active",
        SiteStatus.Active or SiteStatus.Pending or SiteStatus.Upgrade => For(status, detailed),
    };

    private static string For(SiteStatus status, DetailedStatus detailed) => detailed switch
    {
        // An active site keeps the code of what it went through last (KB137376 knows no "done" after 32).
        < DetailedStatus.ScJobBegin when status == SiteStatus.Active => "Active",
        DetailedStatus.None => status == SiteStatus.Upgrade ? "Upgrade requested" : "Waiting for Hierarchy Manager",
        DetailedStatus.NewSite => "Site creation initiated",
        DetailedStatus.PreinstJobBegin => "Phase 1: Bootstrap job started",
        DetailedStatus.PreinstJobEnd => "Phase 1: Bootstrap job complete",
        DetailedStatus.PreinstJobError => "Failed in phase 1",
        DetailedStatus.InstJobBegin => "Phase 2: Site install job started",
        DetailedStatus.InstJobEnd => "Phase 2: Site install job complete",
        DetailedStatus.InstJobError => "Failed in phase 2",
        DetailedStatus.FirstScJobBegin => "Phase 3: Site control job started",
        DetailedStatus.FirstScJobEnd => "Phase 4: Waiting for the site's report",
        DetailedStatus.FirstScJobError => "Failed in phase 3",
        DetailedStatus.ScJobBegin => "New settings: site control job started",
        DetailedStatus.ScJobEnd => "New settings: waiting for the site's report",
        DetailedStatus.ScJobError => "New settings: site control job failed",
        DetailedStatus.DeleteWaitOnJob => "Deleting: waiting for the site's jobs",
        DetailedStatus.DeinstSiteWaitOnJob => "Removing: waiting for the deinstall job",
        DetailedStatus.UpgradeRequired => "Upgrade required",
        DetailedStatus.UpgradeBegin => "Upgrade started",
        DetailedStatus.UpgradeEnd => "Upgrade: waiting for the site's report",
        DetailedStatus.UpgradeError => "Upgrade failed",
    };
}
