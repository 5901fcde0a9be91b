using System.Reflection;
using SmsConsole.TestKit;

namespace SmsConsole.Architecture.Tests;

/// <summary>The source tree and what was built from it.</summary>
internal static class Repository
{
    public static string Root { get; } = SourceTree.Root;

    /// <summary>The four production assemblies by project name.</summary>
    public static IReadOnlyDictionary<string, string> Assemblies { get; } = new Dictionary<string, string>
    {
        ["SmsConsole.Site"] = Built("sms-site.dll"),
        ["SmsConsole.Data"] = Built("SmsConsole.Data.dll"),
        ["SmsConsole.Engine"] = Built("SmsConsole.Engine.dll"),
        ["SmsConsole.Web"] = Built("SmsConsole.Web.dll"),
    };

    /// <summary>Source files of production projects.</summary>
    public static IEnumerable<string> Sources(params string[] extensions) =>
        Assemblies.Keys
            .SelectMany(project => Directory.EnumerateFiles(Path.Combine(Root, project), "*", SearchOption.AllDirectories))
            .Where(f => extensions.Contains(Path.GetExtension(f)) && !f.Split(Path.DirectorySeparatorChar).Any(p => p is "obj" or "bin"));

    public static Assembly Load(string project) => Assembly.LoadFrom(Assemblies[project]);

    private static string Built(string file) => Path.Combine(AppContext.BaseDirectory, file);
}
