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

    /// <summary>Moves files into the box's BAD folder and writes why beside them. What is too much there goes at once: who sends poison sends it fast.</summary>
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

        try
        {
            Trim(disk, bad, _ => false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The hourly tidying comes to it, and says so.
        }
    }

    /// <summary>Deletes what a BAD folder has beyond <see cref="SpoolLimits"/>, the oldest first; returns how many files that were.</summary>
    internal static int Trim(IDisk disk, string bad, Func<string, bool> isTooOld)
    {
        var count = 0;
        var bytes = 0L;
        var deleted = 0;
        foreach (var file in disk.ListFiles(bad).Where(f => !f.EndsWith(Why, StringComparison.Ordinal)).OrderByDescending(disk.LastWriteTime))
        {
            bytes += disk.Length(file);
            if (++count > SpoolLimits.BadFiles || (count > 1 && bytes > SpoolLimits.BadBytes) || isTooOld(file))
            {
                // The file first: a reason alone takes no room, and goes with the next round.
                disk.Delete(file);
                disk.Delete(file + Why);
                deleted++;
            }
        }

        return deleted;
    }
}
