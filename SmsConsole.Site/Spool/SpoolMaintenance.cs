namespace SmsConsole.SiteServer.Spool;

/// <summary>How much of what nobody waits for stays on a site's disk; the table is in docs/operations.md.</summary>
public static class SpoolLimits
{
    /// <summary>What was set aside, since it was written.</summary>
    public static readonly TimeSpan BadAge = TimeSpan.FromDays(30);

    /// <summary>Files set aside in one BAD folder; the newest stay.</summary>
    public const int BadFiles = 100;

    /// <summary>Bytes set aside in one BAD folder; the newest file stays whatever its length.</summary>
    public const long BadBytes = 256L << 20;

    /// <summary>A file that is being written is there for moments; one this old was left by a process that was killed.</summary>
    public static readonly TimeSpan TemporaryAge = TimeSpan.FromHours(1);

    /// <summary>A payload or instruction in TOSEND without a job or a send request: both are written before these.</summary>
    public static readonly TimeSpan UnsentAge = TimeSpan.FromDays(1);

    /// <summary>A package of which nothing more arrives. Senders give up after seven days (KB214485).</summary>
    public static readonly TimeSpan UnfinishedAge = TimeSpan.FromDays(14);

    /// <summary>A file of a type that no component of its inbox takes. Somebody may still be writing a younger one.</summary>
    public static readonly TimeSpan StrangerAge = TimeSpan.FromHours(1);
}

/// <summary>
/// Keeps a site's spool from growing for ever, and sets aside what no component of an inbox takes. It touches nothing that somebody waits
/// for: a payload that has a job or a send request stays, a part that still grows stays, and a part that goes is only sent again. Killed
/// here: whatever is left is found an hour later.
/// </summary>
public sealed class SpoolMaintenance(IDisk disk, SmsRoot root, TimeProvider clock, TraceLog log)
{
    public static readonly TimeSpan Every = TimeSpan.FromHours(1);

    private static readonly StringComparer _names = OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
    private DateTimeOffset _dueAt = DateTimeOffset.MinValue;

    private string Outboxes => Path.Combine(root.ScheduleBox, "OUTBOXES");

    /// <summary>Works once an hour, at the first call too.</summary>
    public void RunWhenDue()
    {
        var now = clock.GetUtcNow();
        if (now < _dueAt)
        {
            return;
        }

        _dueAt = now + Every;
        Guard(SetStrangersAside);
        Guard(DropUnsent);
        Guard(DropUnfinished);
        foreach (var folder in Folders(Path.Combine(root.Path, "SITE.SRV")).Append(root.Path))
        {
            Guard(() => DropTemporary(folder));
            if (Path.GetFileName(folder) == "BAD")
            {
                Guard(() => DropBad(folder));
            }
        }
    }

    /// <summary>One folder that cannot be read now must not keep the others waiting.</summary>
    private void Guard(Action work)
    {
        try
        {
            work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Error($"The spool could not be tidied: {e.Message}");
        }
    }

    private bool IsOlder(string file, TimeSpan age) => clock.GetUtcNow() - disk.LastWriteTime(file) > age;

    private void SetStrangersAside()
    {
        foreach (var (box, types) in Inboxes())
        {
            foreach (var file in disk.ListFiles(box))
            {
                if (!types.Contains(Path.GetExtension(file), _names) && IsOlder(file, SpoolLimits.StrangerAge))
                {
                    var reason = $"Nobody takes a file of the type {(Path.GetExtension(file) is { Length: > 0 } type ? type : "without an extension")} here: {string.Join(", ", types)}.";
                    Inbox.SetAside(disk, box, reason, null, file);
                    log.Warning($"{Path.GetFileName(file)} set aside: {reason}");
                }
            }
        }
    }

    /// <summary>Every inbox with the types that are taken from it or kept in it.</summary>
    private IEnumerable<(string Box, string[] Types)> Inboxes()
    {
        yield return (root.ScheduleBox, [".JOB"]);
        yield return (root.ToSend, [".P00", ".I00"]);
        yield return (root.SiteConfigBox, [".CT0", ".CT1", ".CT2", ".ENV", ".ENR", ".WAK"]);
        yield return (root.StatusBox, [".SVF", ".ENV"]);
        yield return (root.Receive, [".PRT", ".PCK", ".INS"]);
        yield return (root.Collect, [".PRT", ".PCK", ".INS"]);
        foreach (var outbox in disk.ListDirectories(Outboxes))
        {
            yield return (outbox, [".SRQ", ".SRS"]);
        }
    }

    /// <summary>What is to be sent belongs to a job or to a send request of its name.</summary>
    private void DropUnsent()
    {
        var wanted = disk.ListFiles(root.ScheduleBox, "*.JOB")
            .Concat(disk.ListDirectories(Outboxes).SelectMany(outbox => disk.ListFiles(outbox, "*.SR?")))
            .Select(Path.GetFileNameWithoutExtension)
            .ToHashSet(_names);
        Drop(root.ToSend, ["*.P00", "*.I00"], SpoolLimits.UnsentAge, file => !wanted.Contains(Path.GetFileNameWithoutExtension(file)));
    }

    /// <summary>A package is complete with its instruction. One that waits in COLLECT is the parent's to fetch, and stays as long as that takes.</summary>
    private void DropUnfinished()
    {
        Drop(root.Receive, ["*.PRT", "*.PCK"], SpoolLimits.UnfinishedAge, file => !disk.FileExists(Path.ChangeExtension(file, ".INS")));
        Drop(root.Collect, ["*.PRT"], SpoolLimits.UnfinishedAge, file => !disk.FileExists(Path.ChangeExtension(file, ".INS")));
    }

    private void Drop(string box, string[] patterns, TimeSpan age, Func<string, bool> isLeftOver)
    {
        foreach (var file in patterns.SelectMany(pattern => disk.ListFiles(box, pattern)).Where(f => isLeftOver(f) && IsOlder(f, age)))
        {
            disk.Delete(file);
            log.Information($"{Path.GetFileName(file)} deleted: nobody has asked for it for {age.TotalDays:0} days.");
        }
    }

    private void DropTemporary(string folder)
    {
        foreach (var file in disk.ListUnfinished(folder).Where(f => IsOlder(f, SpoolLimits.TemporaryAge)))
        {
            disk.Delete(file);
        }
    }

    private void DropBad(string folder)
    {
        var deleted = Inbox.Trim(disk, folder, file => IsOlder(file, SpoolLimits.BadAge));
        foreach (var why in disk.ListFiles(folder, "*" + Inbox.Why).Where(f => !disk.FileExists(f[..^Inbox.Why.Length]) && IsOlder(f, SpoolLimits.BadAge)))
        {
            disk.Delete(why);
        }

        if (deleted > 0)
        {
            log.Information($"{deleted} files that had been set aside in {Path.GetFileName(Path.GetDirectoryName(folder))} were deleted; the newest are kept.");
        }
    }

    /// <summary>The folders of the spool. Components have folders of their own, which their unpacking keeps tidy; links are not followed.</summary>
    private IEnumerable<string> Folders(string folder)
    {
        yield return folder;
        foreach (var inner in disk.ListDirectories(folder).Where(f => f != root.Components && !disk.IsLink(f)))
        {
            foreach (var below in Folders(inner))
            {
                yield return below;
            }
        }
    }
}
