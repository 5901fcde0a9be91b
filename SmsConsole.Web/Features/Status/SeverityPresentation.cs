using SmsConsole.Data.Queries;
using SmsConsole.Web.Components.Shared;

namespace SmsConsole.Web.Features.Status;

internal static class SeverityPresentation
{
    public static StateLook Of(Severity severity) => severity switch
    {
        Severity.Information => new("Information", IconName.Information, Tone.Neutral),
        Severity.Warning => new("Warning", IconName.Warning, Tone.Warn),
        Severity.Error => new("Error", IconName.Error, Tone.Bad),
    };
}
