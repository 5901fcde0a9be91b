namespace SmsConsole.TestKit;

/// <summary>The sources the tests were built from.</summary>
public static class SourceTree
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "SmsConsole.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("No SmsConsole.sln above the tests.");
        }

        return folder.FullName;
    }
}
