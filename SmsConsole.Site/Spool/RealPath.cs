namespace SmsConsole.SiteServer.Spool;

/// <summary>Where a path of this machine leads: two names of one directory are compared by it.</summary>
public static class RealPath
{
    private const int MaximumLinks = 40;

    /// <summary>The path with every link on the way followed; what does not exist yet stays as it is.</summary>
    public static string Of(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var real = Path.GetPathRoot(full)!;
        var rest = new Stack<string>(full[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Reverse());
        var links = 0;
        while (rest.TryPop(out var segment))
        {
            var next = Path.Combine(real, segment);
            if (LinkTarget(next) is { } target && links++ < MaximumLinks)
            {
                var absolute = Path.GetFullPath(target, real);
                real = Path.GetPathRoot(absolute)!;
                foreach (var part in absolute[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Reverse())
                {
                    rest.Push(part);
                }
            }
            else
            {
                real = next;
            }
        }

        return real;
    }

    private static string? LinkTarget(string path)
    {
        try
        {
            return new DirectoryInfo(path).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
