using SmsConsole.Data.Queries;
using SmsConsole.Web.Components.Shared;

namespace SmsConsole.Web.Features.Status;

internal static class SeverityPresentation
{
    public static StateLook Of(Severity severity) => severity switch
    {
        Severity.Information => new(Texts.Information, IconName.Information, Tone.Neutral),
        Severity.Warning => new(Texts.Warning, IconName.Warning, Tone.Warn),
        Severity.Error => new(Texts.Error, IconName.Error, Tone.Bad),
    };
}
