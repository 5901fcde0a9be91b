namespace SmsConsole.Engine;

/// <summary>Where a site is: its status, the job of the installation (KB137376) and the phase (seed 000).</summary>
internal readonly record struct SiteState(SiteStatus Status, DetailedStatus Detailed, int Phase)
{
    public static SiteState Of(Data.Sites.Site site) => new(site.Status, site.DetailedStatus, site.Phase);

    public override string ToString() => Detailed == DetailedStatus.None ? $"{Status}" : $"{Status} {(int)Detailed}, phase {Phase}";
}

/// <summary>What can happen to a site.</summary>
internal enum SiteEvent
{
    /// <summary>Hierarchy Manager wrote the Bootstrap Job.</summary>
    BootstrapJobPlaced,

    /// <summary>The Bootstrap service confirmed, and its proof is right.</summary>
    Enrolled,

    /// <summary>The Bootstrap Job failed or was cancelled, or the confirmation it brought was refused or lost.</summary>
    BootstrapJobFailed,

    /// <summary>Hierarchy Manager wrote the Site Install Job.</summary>
    InstallJobPlaced,

    /// <summary>The site package lies at the site.</summary>
    InstallJobComplete,

    /// <summary>The Site Install Job failed or was cancelled.</summary>
    InstallJobFailed,

    /// <summary>Hierarchy Manager wrote the Site Control Job.</summary>
    ControlJobPlaced,

    /// <summary>The site control file lies at the site.</summary>
    ControlJobComplete,

    /// <summary>The Site Control Job failed or was cancelled.</summary>
    ControlJobFailed,

    /// <summary>The Bootstrap service refused the site package or could not unpack it (381, 382, 384, 385).</summary>
    PackageRejected,

    /// <summary>The Bootstrap service refused the site control file or could not unpack it (383, 386).</summary>
    ControlFileRejected,

    /// <summary>The phase took longer than it may.</summary>
    DeadlinePassed,

    /// <summary>The site's own .CT2 arrived.</summary>
    Reported,

    /// <summary>A person asked to go on from where it failed.</summary>
    Retry,
}
