namespace SmsConsole.Web.Components.Shared;

/// <summary>The answer to "is there one": a value or null, in a type that Razor can name.</summary>
public sealed record Found<T>(T? Value)
    where T : class
{
    public bool IsNothing => Value is null;
}
