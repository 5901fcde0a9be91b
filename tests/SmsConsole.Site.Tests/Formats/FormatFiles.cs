using System.Text;

namespace SmsConsole.SiteServer.Tests.Formats;

/// <summary>Golden files of the repository and genuine files beside it.</summary>
internal static class FormatFiles
{
    private static readonly string Root = FindRoot();

    public static byte[] Golden(string name) =>
        File.ReadAllBytes(Path.Combine(Root, "tests", "SmsConsole.Site.Tests", "Formats", "Golden", name));

    public static string GoldenText(string name) => Encoding.UTF8.GetString(Golden(name));

    /// <summary>The same text with CRLF, whatever it had.</summary>
    public static string WithCrLf(string text) => text.Replace("\r\n", "\n").Replace("\n", "\r\n");

    /// <summary>Null where the samples are not installed.</summary>
    public static string? SamplesOrNull(string folder)
    {
        string path = Path.GetFullPath(Path.Combine(Root, "..", "shared", "samples", folder));
        return Directory.Exists(path) ? path : null;
    }

    private static string FindRoot()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "SmsConsole.sln")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new InvalidOperationException("SmsConsole.sln is not above the tests.");
    }
}
