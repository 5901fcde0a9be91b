using System.Text;

namespace SmsConsole.SiteServer.Spool;

/// <summary>What every inbox needs: poison is set aside with its reason, never tried for ever.</summary>
public static class Inbox
{
    /// <summary>What the name of a reason ends with, after the name of the file it is for.</summary>
    public const string Why = ".why";

    /// <summary>The content of a message, or null with what is wrong with the file. Whatever somebody lays into a box, reading it neither hangs nor follows a link.</summary>
    /// <exception cref="IOException">It cannot be read at this moment, or has gone.</exception>
    public static byte[]? TryRead(IDisk disk, string file, long limit, out string error)
    {
        error = "";
        if (disk.IsLink(file))
        {
            error = "It is a link, and no link is followed.";
            return null;
        }

        if (disk.Length(file) == 0)
        {
            // Also what a pipe or a device says of itself: opened, it would keep the component waiting for ever.
            error = "It is empty.";
            return null;
        }

        try
        {
            return disk.ReadAll(file, limit);
        }
        catch (Exception e) when (e is InvalidDataException or UnauthorizedAccessException)
        {
            error = e.Message;
            return null;
        }
    }

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
                disk.Write(Path.Combine(bad, name + Why), Encoding.UTF8.GetBytes(reason + "\n"));
            }
            catch (IOException)
            {
                // A full disk must not leave poison in the way of everything behind it: the log has the reason too.
            }

            disk.Move(file, Path.Combine(bad, name));
        }
    }
}
