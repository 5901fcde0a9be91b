namespace SmsConsole.Engine;

/// <summary>A component that the engine wakes.</summary>
/// <param name="Component">Name as in status messages.</param>
/// <param name="Interval">The guarantee; a nudge only shortens the wait.</param>
/// <param name="Box">Inbox whose new files wake it, or null.</param>
/// <param name="StopAsync">Ends what goes on after a round has returned; null where nothing does.</param>
internal sealed record Worker(string Component, TimeSpan Interval, string? Box, Func<CancellationToken, Task> RunOnceAsync, Func<Task>? StopAsync = null);
