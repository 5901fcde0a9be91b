using static SmsConsole.Engine.SiteEvent;

namespace SmsConsole.Engine;

/// <summary>
/// The closed table of a site's life: the only place where a target is named. What is not in it cannot happen;
/// docs/phases.md is rendered from it.
/// </summary>
internal static class SiteTransitions
{
    /// <summary>NEWSITE image written, nothing sent yet.</summary>
    public static readonly SiteState NewSite = new(SiteStatus.Pending, DetailedStatus.NewSite, 0);

    public static readonly SiteState BootstrapSending = new(SiteStatus.Pending, DetailedStatus.PreinstJobBegin, 1);

    public static readonly SiteState Bootstrapped = new(SiteStatus.Pending, DetailedStatus.PreinstJobEnd, 1);

    public static readonly SiteState BootstrapFailed = new(SiteStatus.Failed, DetailedStatus.PreinstJobError, 1);

    public static readonly SiteState PackageSending = new(SiteStatus.Pending, DetailedStatus.InstJobBegin, 2);

    public static readonly SiteState PackageSent = new(SiteStatus.Pending, DetailedStatus.InstJobEnd, 2);

    public static readonly SiteState PackageFailed = new(SiteStatus.Failed, DetailedStatus.InstJobError, 2);

    public static readonly SiteState ControlSending = new(SiteStatus.Pending, DetailedStatus.FirstScJobBegin, 3);

    public static readonly SiteState ControlFailed = new(SiteStatus.Failed, DetailedStatus.FirstScJobError, 3);

    /// <summary>Phase 4: everything is at the site, its .CT2 is awaited.</summary>
    public static readonly SiteState ReportAwaited = new(SiteStatus.Pending, DetailedStatus.FirstScJobEnd, 4);

    /// <summary>No .CT2 in time (Q183347). A late one still makes the site active.</summary>
    public static readonly SiteState ReportMissing = new(SiteStatus.Failed, DetailedStatus.FirstScJobError, 4);

    public static readonly SiteState Active = new(SiteStatus.Active, DetailedStatus.None, 4);

    /// <summary>Every state there is, in the order of an installation.</summary>
    public static readonly IReadOnlyList<SiteState> All =
    [
        NewSite, BootstrapSending, BootstrapFailed, Bootstrapped, PackageSending, PackageFailed, PackageSent,
        ControlSending, ControlFailed, ReportAwaited, ReportMissing, Active,
    ];

    /// <summary>The state after the event, or null where the event is not allowed in that state.</summary>
    public static SiteState? Next(SiteState state, SiteEvent happened) => happened switch
    {
        BootstrapJobPlaced when state == NewSite => BootstrapSending,
        Enrolled when state == BootstrapSending => Bootstrapped,
        BootstrapJobFailed when state == BootstrapSending => BootstrapFailed,

        InstallJobPlaced when state == Bootstrapped => PackageSending,
        InstallJobComplete when state == PackageSending => PackageSent,
        InstallJobFailed when state == PackageSending => PackageFailed,

        ControlJobPlaced when state == PackageSent => ControlSending,
        ControlJobComplete when state == ControlSending => ReportAwaited,
        ControlJobFailed when state == ControlSending => ControlFailed,

        // The Bootstrap service may speak before the parent has noted that the job which woke it is complete.
        PackageRejected when HoldsPackage(state) => PackageFailed,
        ControlFileRejected when state == ControlSending || state == ReportAwaited => ControlFailed,

        DeadlinePassed when state == BootstrapSending => BootstrapFailed,
        DeadlinePassed when state == PackageSending => PackageFailed,
        DeadlinePassed when state == ControlSending => ControlFailed,
        DeadlinePassed when state == ReportAwaited => ReportMissing,

        // A verified report of this incarnation is proof that the site runs, whatever this side still believes.
        Reported when HoldsPackage(state) || state == PackageFailed || state == ControlFailed || state == ReportMissing => Active,
        Reported when state == Active => Active,

        Retry when state == BootstrapFailed => BootstrapSending,
        Retry when state == PackageFailed => PackageSending,
        Retry when state == ControlFailed || state == ReportMissing => ControlSending,

        BootstrapJobPlaced or Enrolled or BootstrapJobFailed or InstallJobPlaced or InstallJobComplete or InstallJobFailed
            or ControlJobPlaced or ControlJobComplete or ControlJobFailed or PackageRejected or ControlFileRejected
            or DeadlinePassed or Reported or Retry => null,
    };

    private static bool HoldsPackage(SiteState state) =>
        state == PackageSending || state == PackageSent || state == ControlSending || state == ReportAwaited;

    /// <summary>The job that a site in this state waits for or is about to get; null in the states without one.</summary>
    public static JobType? JobOf(SiteState state) => Phases.JobOf(state.Phase);
}
