using SmsConsole.Data.Queries;
using SmsConsole.Web.Components.Shared;

namespace SmsConsole.Web.Features.Sites;

/// <summary>States of sites, phases, checks and services as words, icon and tone. Pure, so that tests cover every value.</summary>
internal static class SitePresentation
{
    public static StateLook Of(SiteStatus status) => status switch
    {
        SiteStatus.Active => new(Texts.Active, IconName.Check, Tone.Good),
        SiteStatus.Pending => new(Texts.BeingInstalled, IconName.Construction, Tone.Info),
        SiteStatus.Failed => new(Texts.Failed, IconName.Error, Tone.Bad),
        SiteStatus.Deleted => new(Texts.Deleted, IconName.Removed, Tone.Neutral),
        SiteStatus.Upgrade => new(Texts.BeingUpgraded, IconName.Upgrade, Tone.Info),
    };

    public static string Of(SiteType type) => type switch
    {
        SiteType.Primary => Texts.Primary,
        SiteType.Secondary => Texts.Secondary,
    };

    public static StateLook Of(PhaseState state) => state switch
    {
        PhaseState.Waiting => new(Texts.NotStarted, IconName.Clock, Tone.Neutral),
        PhaseState.Running => new(Texts.Running, IconName.Running, Tone.Info),
        PhaseState.Done => new(Texts.Done, IconName.Check, Tone.Good),
        PhaseState.Failed => new(Texts.Failed, IconName.Error, Tone.Bad),
    };

    public static StateLook Of(SmsConsole.Engine.CheckOutcome outcome) => outcome switch
    {
        SmsConsole.Engine.CheckOutcome.Passed => new(Texts.Passed, IconName.Check, Tone.Good),
        SmsConsole.Engine.CheckOutcome.Warning => new(Texts.Warning, IconName.Warning, Tone.Warn),
        SmsConsole.Engine.CheckOutcome.Failed => new(Texts.Failed, IconName.Error, Tone.Bad),
        SmsConsole.Engine.CheckOutcome.Skipped => new(Texts.NotChecked, IconName.Skipped, Tone.Neutral),
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
        "RUNNING" or "STARTED" => new(Texts.Running, IconName.Check, Tone.Good),
        "STOPPED" => new(Texts.Stopped, IconName.Cancelled, Tone.Neutral),
        "STARTING" or "RESTARTING" => new(Texts.Starting, IconName.Running, Tone.Info),
        "FAILED" => new(Texts.Failed, IconName.Error, Tone.Bad),
        _ => new(state.Length == 0 ? Texts.Unknown : state, IconName.Information, Tone.Neutral),
    };

    /// <summary>The four phases of seed 000 in a person's words: what it is, and what happens in it.</summary>
    public static (string Title, string What) Phase(int number) => number switch
    {
        1 => (Texts.Phase1, Texts.Phase1What),
        2 => (Texts.Phase2, Texts.Phase2What),
        3 => (Texts.Phase3, Texts.Phase3What),
        4 => (Texts.Phase4, Texts.Phase4What),
        _ => (Texts.PhaseNumber.With(number), string.Empty),
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
