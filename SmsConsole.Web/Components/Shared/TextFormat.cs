using System.Globalization;

namespace SmsConsole.Web.Components.Shared;

/// <summary>Makes a text of the resources part of another, or puts what is known only now into it.</summary>
internal static class TextFormat
{
    /// <param name="text">With "{0}", "{1}" and so on where the values go.</param>
    /// <param name="values">Numbers as they are everywhere in the console, whatever the host's own culture.</param>
    public static string With(this string text, params ReadOnlySpan<object?> values) => string.Format(CultureInfo.InvariantCulture, text, values);

    /// <summary>A state's name as it stands in a sentence.</summary>
    public static string InSentence(this string text) => text.ToLower(CultureInfo.GetCultureInfo(Layout.Texts.Language));
}
