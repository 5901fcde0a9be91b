using System.Reflection;
using System.Runtime.InteropServices;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.SiteServer;

/// <summary>
/// The files of <c>sms-site</c> that go to a site: the framework-dependent ones beside this program, which need a .NET runtime there,
/// or a self-contained set published to <c>site/&lt;runtime id&gt;</c> beside it.
/// </summary>
/// <param name="RuntimeId">Null for the framework-dependent set.</param>
public sealed record SiteProgram(string Directory, IReadOnlyList<string> Files, string? RuntimeId)
{
    /// <summary>Major version of the runtime that the framework-dependent program needs.</summary>
    public const int RuntimeMajor = 10;

    private static readonly string[] _frameworkDependent = ["sms-site.deps.json", "sms-site.dll", "sms-site.runtimeconfig.json"];

    public static string Version { get; } =
        typeof(SiteProgram).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";

    /// <summary>The <c>dotnet</c> that runs this process.</summary>
    public static string DotnetHost
    {
        get
        {
            var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
            var beside = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name));
            return File.Exists(beside) ? beside : name;
        }
    }

    /// <summary>The set that runs wherever a runtime of <see cref="RuntimeMajor"/> is.</summary>
    public static SiteProgram FrameworkDependent => new(AppContext.BaseDirectory, _frameworkDependent, null);

    /// <summary>The self-contained set for a runtime id, or null when none was published.</summary>
    public static SiteProgram? SelfContained(IDisk disk, string runtimeId)
    {
        var directory = Path.Combine(AppContext.BaseDirectory, "site", runtimeId);
        var files = disk.ListFiles(directory).Select(f => Path.GetFileName(f)).ToList();
        return files.Contains("sms-site.dll") || files.Any(f => f is "sms-site" or "sms-site.exe") ? new SiteProgram(directory, files, runtimeId) : null;
    }

    /// <summary>The self-contained sets that were published beside this program.</summary>
    public static IReadOnlyList<SiteProgram> Published(IDisk disk) =>
        [.. disk.ListDirectories(Path.Combine(AppContext.BaseDirectory, "site")).Select(d => SelfContained(disk, Path.GetFileName(d))).OfType<SiteProgram>()];

    /// <summary>The set that fits a far side, or null with what is missing there.</summary>
    public static SiteProgram? For(IDisk disk, LinkProbe probe, out string explanation)
    {
        if (probe.DotnetVersion is { } version && version.Split('.')[0] == RuntimeMajor.ToString(System.Globalization.CultureInfo.InvariantCulture))
        {
            explanation = $".NET {version} is there: the framework-dependent program is sent.";
            return FrameworkDependent;
        }

        if (probe.RuntimeId is { } rid && SelfContained(disk, rid) is { } set)
        {
            explanation = $"No .NET {RuntimeMajor} runtime there: the self-contained program for {rid} is sent.";
            return set;
        }

        explanation = $"There is no .NET {RuntimeMajor} runtime at the host and no self-contained program for {probe.RuntimeId ?? "its platform"} was published beside the console (eng/publish-site {probe.RuntimeId ?? "<runtime id>"}).";
        return null;
    }

    /// <summary>True when the folder brings its own runtime.</summary>
    public static bool IsSelfContained(string directory) =>
        File.Exists(Path.Combine(directory, "System.Private.CoreLib.dll")) || !File.Exists(Path.Combine(directory, "sms-site.runtimeconfig.json"));
}
