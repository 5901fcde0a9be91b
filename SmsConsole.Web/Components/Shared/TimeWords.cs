using System.Text.Json;

namespace SmsConsole.Web.Components.Shared;

/// <summary>The words of what only the browser knows: how long ago a moment is, and that the connection is lost (js/console.js).</summary>
internal static class TimeWords
{
    public static string Json => JsonSerializer.Serialize(new
    {
        ago = Texts.Ago,
        ahead = Texts.Ahead,
        justNow = Texts.JustNow,
        underOneMinuteAgo = Texts.UnderOneMinuteAgo,
        notLiveSince = Texts.NotLiveSince,
        day = Texts.Day,
        hour = Texts.Hour,
        minute = Texts.Minute,
        second = Texts.Second,
    });
}
