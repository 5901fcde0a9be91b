using System.Buffers;

namespace SmsConsole.SiteServer.Formats;

/// <summary>Names that come from outside and become files of ours: they must not leave their root on any platform.</summary>
internal static class FileNames
{
    private const int MaxLength = 255;
    private const int MaxPathLength = 1024;

    private static readonly SearchValues<char> Separators = SearchValues.Create("/\\:*?\"<>|");

    private static readonly HashSet<string> Devices = new(StringComparer.OrdinalIgnoreCase)
    {
        "CON", "PRN", "AUX", "NUL", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9",
        "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
    };

    /// <summary>One file name without a directory.</summary>
    public static bool IsPlain(string name) => name.Length is > 0 and <= MaxLength
        && name is not ("." or "..")
        && !name.AsSpan().ContainsAny(Separators)
        && !name.Any(char.IsControl)
        && name[^1] is not ('.' or ' ')
        && !Devices.Contains(name.Split('.')[0].TrimEnd());

    /// <summary>A path below some root, with forward slashes: <c>lib/System.Runtime.dll</c>.</summary>
    public static bool IsRelative(string path) => path.Length <= MaxPathLength && path.Split('/').All(IsPlain);
}
