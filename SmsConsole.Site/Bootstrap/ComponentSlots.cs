using System.Text;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.SiteServer;

/// <summary>
/// Two folders for a site's components, SITE.BIN/A and SITE.BIN/B, and the pointer CURRENT that names the one in use. The pointer changes by one
/// rename: at every moment exactly one whole version is live.
/// </summary>
public static class ComponentSlots
{
    private static readonly string[] _names = ["A", "B"];

    /// <summary>The folder in use, or null before the first installation.</summary>
    public static string? Current(IDisk disk, SmsRoot root)
    {
        var pointer = Pointer(root);
        if (!disk.FileExists(pointer))
        {
            return null;
        }

        var name = Encoding.ASCII.GetString(disk.ReadAll(pointer, 16)).Trim();
        return _names.Contains(name) ? Path.Combine(root.Components, name) : null;
    }

    /// <summary>The folder to unpack into.</summary>
    public static string Idle(IDisk disk, SmsRoot root) =>
        Path.Combine(root.Components, Current(disk, root) is { } current && Path.GetFileName(current) == "A" ? "B" : "A");

    public static void Switch(IDisk disk, SmsRoot root, string slot) =>
        disk.Write(Pointer(root), Encoding.ASCII.GetBytes(Path.GetFileName(slot) + "\n"));

    private static string Pointer(SmsRoot root) => Path.Combine(root.Components, "CURRENT");
}
