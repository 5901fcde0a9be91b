using SmsConsole.SiteServer.Spool;

namespace SmsConsole.SiteServer;

/// <summary>
/// Whose site server a service of this machine starts, read from the command it was registered with: another primary may have a site of the same code here.
/// </summary>
/// <param name="quote">What stands around the root, or ends the command that it ends.</param>
internal sealed class RegisteredRoot(IDisk disk, SmsRoot root, string before, char quote, StringComparison paths)
{
    public bool IsOurs(string command) => string.Equals(Of(command), root.Path, paths);

    /// <summary>The root of another primary's site that is still there; null when the service is ours, nobody's or none of this program.</summary>
    public string? OfAnotherSite(string command) =>
        Of(command) is { } path && !IsOurs(command) && disk.DirectoryExists(new SmsRoot(path).Components) ? path : null;

    /// <summary>Null for a command that is none of ours.</summary>
    public string? Of(string command)
    {
        var start = command.IndexOf(before, StringComparison.Ordinal);
        var end = start < 0 ? -1 : command.IndexOf(quote, start + before.Length);
        return end < 0 ? null : command[(start + before.Length)..end];
    }
}
