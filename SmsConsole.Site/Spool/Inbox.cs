using System.Text;

namespace SmsConsole.SiteServer.Spool;

/// <summary>What every inbox needs: poison is set aside with its reason, never tried for ever.</summary>
public static class Inbox
{
    /// <summary>Moves files into the box's BAD folder and writes why beside them.</summary>
    /// <param name="extension">With a dot, replaces the file's own (the error numbers of KB121683); null keeps it.</param>
    public static void SetAside(IDisk disk, string box, string reason, string? extension, params ReadOnlySpan<string> files)
    {
        var bad = SmsRoot.Quarantine(box);
        disk.CreateDirectory(bad);
        foreach (var file in files)
        {
            if (!disk.FileExists(file))
            {
                continue;
            }

            var name = extension is null ? Path.GetFileName(file) : Path.GetFileNameWithoutExtension(file) + extension;
            try
            {
                disk.Write(Path.Combine(bad, name + ".why"), Encoding.UTF8.GetBytes(reason + "\n"));
            }
            catch (IOException)
            {
                // A full disk must not leave poison in the way of everything behind it: the log has the reason too.
            }

            disk.Move(file, Path.Combine(bad, name));
        }
    }
}
