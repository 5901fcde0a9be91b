namespace SmsConsole.Web.Components.Shared;

public enum Tone
{
    Neutral,
    Info,
    Good,
    Warn,
    Bad,
}

/// <summary>How a state is shown: words and icon carry it, the tone repeats it.</summary>
public sealed record StateLook(string Text, IconName Icon, Tone Tone);
