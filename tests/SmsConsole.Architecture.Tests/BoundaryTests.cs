using System.Reflection;
using System.Runtime.CompilerServices;

namespace SmsConsole.Architecture.Tests;

/// <summary>Time, disk and processes only through their boundaries; nothing that blocks or loses an exception.</summary>
public class BoundaryTests
{
    private static readonly string[] _projects = [.. Repository.Assemblies.Keys];

    /// <summary>The types that are the boundary to the disk of this machine, with what each is for.</summary>
    private static readonly HashSet<string> _diskBoundary =
    [
        "SmsConsole.SiteServer.Spool.PhysicalDisk", // the disk itself
        "SmsConsole.SiteServer.Spool.RealPath", // links on the way to a directory
        "SmsConsole.SiteServer.Spool.WakeSignal", // file watchers
        "SmsConsole.SiteServer.SiteLock", // locks of the operating system
        "SmsConsole.SiteServer.SiteProcesses", // execute bits
        "SmsConsole.SiteServer.SiteProgram", // where our own program lies
        "SmsConsole.SiteServer.PathLink", // looks at a directory before there is a site
        "SmsConsole.SiteServer.SshMaster", // the private key's folder
        "SmsConsole.SiteServer.SystemdUnit",
    ];

    private static readonly HashSet<string> _processBoundary =
    [
        "SmsConsole.SiteServer.SiteProcesses",
        "SmsConsole.SiteServer.SshMaster",
        "SmsConsole.SiteServer.LinkFactory", // ssh-keyscan
        "SmsConsole.SiteServer.SystemdUnit",
    ];

    public static TheoryData<string> Projects => [.. _projects];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Code_NeverReadsTheClockOrBlocks(string project)
    {
        string[] banned =
        [
            "System.DateTime.get_UtcNow", "System.DateTime.get_Now", "System.DateTime.get_Today",
            "System.DateTimeOffset.get_UtcNow", "System.DateTimeOffset.get_Now",
            "System.Threading.Thread.Sleep", "System.Threading.Tasks.Task`1.get_Result", "System.Threading.Tasks.Task.Wait",
        ];

        var found = CallScanner.Read(Repository.Assemblies[project]).Where(c => banned.Contains(c.Callee));

        Assert.Empty(found);
    }

    [Fact]
    public void Site_TouchesTheDiskOnlyAtItsBoundary()
    {
        var found = CallScanner.Read(Repository.Assemblies["SmsConsole.Site"])
            .Where(c => IsDisk(c.Callee) && !_diskBoundary.Contains(c.Caller));

        Assert.Empty(found);

        static bool IsDisk(string callee) => callee[..callee.LastIndexOf('.')] is
            "System.IO.File" or "System.IO.Directory" or "System.IO.FileInfo" or "System.IO.DirectoryInfo" or "System.IO.DriveInfo" or "System.IO.FileSystemWatcher"
            || callee == "System.IO.FileStream..ctor";
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Code_StartsProcessesOnlyAtTheirBoundary(string project)
    {
        var found = CallScanner.Read(Repository.Assemblies[project])
            .Where(c => c.Callee == "System.Diagnostics.Process.Start" && !_processBoundary.Contains(c.Caller));

        Assert.Empty(found);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Code_HasNoAsyncVoid(string project)
    {
        var found = Repository.Load(project).GetTypes()
            .SelectMany(t => t.GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(m => m.ReturnType == typeof(void) && m.IsDefined(typeof(AsyncStateMachineAttribute)))
            .Select(m => $"{m.DeclaringType}.{m.Name}");

        Assert.Empty(found);
    }

    [Fact]
    public void Sources_HoldNoUnfinishedWork()
    {
        string[] marks = ["TO" + "DO", "FIX" + "ME", "Not" + "ImplementedException", "HA" + "CK"];

        var found = Repository.Sources(".cs", ".razor", ".css", ".js")
            .Where(f => !f.Contains("_framework", StringComparison.Ordinal))
            .Where(f => marks.Any(m => File.ReadAllText(f).Contains(m, StringComparison.Ordinal)));

        Assert.Empty(found);
    }
}
