using SmsConsole.Data.Queries;
using SmsConsole.Web.Components.Shared;

namespace SmsConsole.Web.Features.Sites;

/// <summary>States of sites, phases, checks and services as words, icon and tone. Pure, so that tests cover every value.</summary>
internal static class SitePresentation
{
    public static StateLook Of(SiteStatus status) => status switch
    {
        SiteStatus.Active => new("Active", IconName.Check, Tone.Good),
        SiteStatus.Pending => new("Being installed", IconName.Construction, Tone.Info),
        SiteStatus.Failed => new("Failed", IconName.Error, Tone.Bad),
        SiteStatus.Deleted => new("Deleted", IconName.Removed, Tone.Neutral),
        SiteStatus.Upgrade => new("Being upgraded", IconName.Upgrade, Tone.Info),
    };

    public static StateLook Of(PhaseState state) => state switch
    {
        PhaseState.Waiting => new("Not started", IconName.Clock, Tone.Neutral),
        PhaseState.Running => new("Running", IconName.Running, Tone.Info),
        PhaseState.Done => new("Done", IconName.Check, Tone.Good),
        PhaseState.Failed => new("Failed", IconName.Error, Tone.Bad),
    };

    public static StateLook Of(SmsConsole.Engine.CheckOutcome outcome) => outcome switch
    {
        SmsConsole.Engine.CheckOutcome.Passed => new("Passed", IconName.Check, Tone.Good),
        SmsConsole.Engine.CheckOutcome.Warning => new("Warning", IconName.Warning, Tone.Warn),
        SmsConsole.Engine.CheckOutcome.Failed => new("Failed", IconName.Error, Tone.Bad),
        SmsConsole.Engine.CheckOutcome.Skipped => new("Not checked", IconName.Skipped, Tone.Neutral),
    };

    /// <summary>The field a check stands beside. One that passed names none itself, but a person wants to see it pass there too.</summary>
    public static string? FieldOf(SmsConsole.Engine.PreflightCheck check) => check.Field ?? check.Code switch
    {
        "site.code" => "code",
        "site.name" => "name",
        "directory" or "directory.notEmpty" or "disk.tooLittle" => "installDirectory",
        "host.unreachable" or "runtime.missing" => "address.host",
        _ => null,
    };

    /// <summary>What a component itself reports is text; what is not known to be well is not shown as well.</summary>
    public static StateLook OfService(string state) => state.ToUpperInvariant() switch
    {
        "RUNNING" or "STARTED" => new("Running", IconName.Check, Tone.Good),
        "STOPPED" => new("Stopped", IconName.Cancelled, Tone.Neutral),
        "STARTING" or "RESTARTING" => new("Starting", IconName.Running, Tone.Info),
        "FAILED" => new("Failed", IconName.Error, Tone.Bad),
        _ => new(state.Length == 0 ? "Unknown" : state, IconName.Information, Tone.Neutral),
    };

    /// <summary>The four phases of seed 000 in a person's words: what it is, and what happens in it.</summary>
    public static (string Title, string What) Phase(int number) => number switch
    {
        1 => ("Bootstrap service", "Create the install directory, copy and start the Bootstrap service, and wait for its confirmation."),
        2 => ("Site package", "Send the components that SYSTEM.MAP names (BOOTSTRP.PK1)."),
        3 => ("Site control file", "Send the configuration _INIT.CT1 (BOOTSTRP.PK2)."),
        4 => ("First report", "The site verifies, unpacks, starts its services and reports back with its .CT2."),
        _ => ($"Phase {number}", string.Empty),
    };

    /// <summary>Phases that are behind a site, and the one it is at, for the small stepper of a list.</summary>
    public static PhaseState StateOf(SiteRow site, int number) => site.Status switch
    {
        SiteStatus.Active => PhaseState.Done,
        _ when number < site.Phase => PhaseState.Done,
        SiteStatus.Failed when number == site.Phase => PhaseState.Failed,
        SiteStatus.Pending or SiteStatus.Upgrade when number == site.Phase => PhaseState.Running,
        _ => PhaseState.Waiting,
    };
}
