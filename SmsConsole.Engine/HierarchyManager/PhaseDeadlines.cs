namespace SmsConsole.Engine;

/// <summary>
/// How long each phase may take before the site shows why it does not move and offers a retry. The first three are carried by a
/// sender, which gives up after seven days (KB214485); the fourth by the site itself, and silence there is Q183347.
/// </summary>
internal sealed record PhaseDeadlines(TimeSpan Bootstrap, TimeSpan Package, TimeSpan Control, TimeSpan Report)
{
    public static PhaseDeadlines Default { get; } = new(TimeSpan.FromDays(7), TimeSpan.FromDays(7), TimeSpan.FromDays(7), TimeSpan.FromHours(1));

    public TimeSpan? For(SiteState state) => state == SiteTransitions.BootstrapSending ? Bootstrap
        : state == SiteTransitions.PackageSending ? Package
        : state == SiteTransitions.ControlSending ? Control
        : state == SiteTransitions.ReportAwaited ? Report
        : null;
}

/// <summary>What a site waits for, in the administrator's words.</summary>
internal static class SiteWaits
{
    public static string? For(SiteState state, string code) => state == SiteTransitions.NewSite ? "Waiting for Hierarchy Manager to write the Bootstrap Job."
        : state == SiteTransitions.BootstrapSending ? $"Waiting for the Bootstrap service of {code} to be installed and to confirm that it has started."
        : state == SiteTransitions.Bootstrapped ? "Waiting for Hierarchy Manager to write the Site Install Job."
        : state == SiteTransitions.PackageSending ? $"Waiting for the SMS site package to arrive at {code}."
        : state == SiteTransitions.PackageSent ? "Waiting for Hierarchy Manager to write the Site Control Job."
        : state == SiteTransitions.ControlSending ? $"Waiting for the site control file _INIT.CT1 to arrive at {code}."
        : state == SiteTransitions.ReportAwaited ? $"Waiting for {code} to unpack the package, start its services and report its configuration (.CT2)."
        : null;
}
