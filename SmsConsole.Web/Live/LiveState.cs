namespace SmsConsole.Web.Live;

/// <summary>What a live view has to show: a value, or why there is none, or both (the last value and why it could not be refreshed).</summary>
/// <param name="AskedAt">Where the feed stood when it was asked: what was committed before is in the answer.</param>
internal sealed record LiveState<T>(T? Value, bool HasValue, Exception? Error, long AskedAt)
{
    /// <summary>Nothing has been answered yet.</summary>
    public static LiveState<T> Nothing { get; } = new(default, false, null, 0);

    public bool IsKnown => HasValue || Error is not null;
}
