using System.ComponentModel;
using System.Text;
using SmsConsole.SiteServer;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.Site.Tests.Processes;

/// <summary>What Windows' service control manager is asked for, and who it is that starts a dead site server. The manager itself is a fake that keeps what it was told.</summary>
public sealed class WindowsServiceTests : IDisposable
{
    private const int AccessDenied = 5;
    private const int NoSuchFile = 2;

    private readonly string _folder = Directory.CreateTempSubdirectory("sms-service-").FullName;
    private readonly FakeServiceControlManager _services = new();
    private readonly SmsRoot _root;
    private readonly TraceLog _log;

    public WindowsServiceTests()
    {
        _root = NewRoot("S01");
        _log = TraceLog.For(PhysicalDisk.Instance, _root, "bootstrap", "S01", TimeProvider.System);
    }

    private WindowsService Service => new(PhysicalDisk.Instance, _root, "S01", _services);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Register_NothingThere_IsCreatedForTheSlotInUseAndStarted()
    {
        Assert.True(await Service.RegisterAsync(_log, CancellationToken.None));

        var service = _services.Find("sms-site-S01")!;
        Assert.EndsWith($" run --root \"{_root.Path}\" --service sms-site-S01", service.CommandLine, StringComparison.Ordinal);
        Assert.StartsWith($"\"{Path.Combine(_root.Components, "A", "sms-site.exe")}\"", service.CommandLine, StringComparison.Ordinal);
        Assert.False(service.IsStopped);
        Assert.True(await Service.IsInChargeAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Register_SlotOfAnUpgrade_ChangesTheService()
    {
        Assert.True(await Service.RegisterAsync(_log, CancellationToken.None));
        UseSlot(_root, "B");

        Assert.True(await Service.RegisterAsync(_log, CancellationToken.None));

        Assert.StartsWith($"\"{Path.Combine(_root.Components, "B", "sms-site.exe")}\"", _services.Find("sms-site-S01")!.CommandLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Register_AccountMayNot_SaysWhyAndLeavesItToTheWatchdog()
    {
        _services.Refuses = AccessDenied;

        Assert.False(await Service.RegisterAsync(_log, CancellationToken.None));

        Assert.Contains("The parent's watchdog starts it", Logged(), StringComparison.Ordinal);
        Assert.False(await Service.IsInChargeAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Register_CannotBeStarted_LeavesNoServiceBehind()
    {
        _services.StartFailsWith = NoSuchFile;

        Assert.False(await Service.RegisterAsync(_log, CancellationToken.None));

        Assert.Null(_services.Find("sms-site-S01"));
        Assert.Contains("could not be registered as a service", Logged(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Register_AnotherPrimarysSiteOfTheSameCode_IsLeftAlone()
    {
        var other = NewRoot("other");
        var theirs = new WindowsService(PhysicalDisk.Instance, other, "S01", _services);
        Assert.True(await theirs.RegisterAsync(_log, CancellationToken.None));
        var before = _services.Find("sms-site-S01");

        Assert.False(await Service.RegisterAsync(_log, CancellationToken.None));

        Assert.Equal(before, _services.Find("sms-site-S01"));
        Assert.Contains(other.Path, Logged(), StringComparison.Ordinal);
        Assert.False(await Service.IsInChargeAsync(CancellationToken.None));

        Directory.Delete(other.Path, recursive: true);
        Assert.True(await Service.RegisterAsync(_log, CancellationToken.None));
    }

    [Theory]
    [InlineData(false, 0, true)] // runs
    [InlineData(true, 0, true)] // stopped by somebody who meant it
    [InlineData(true, 1067, true)] // died: the manager starts it in two seconds
    [InlineData(true, 2, false)] // its program is gone
    [InlineData(true, 1066, false)] // it ended with an error of its own
    [InlineData(true, 1069, false)] // its account may not sign in
    public async Task IsInCharge_ManyEnds_UnlessTheManagerHasGivenItUp(bool isStopped, int exitCode, bool expected)
    {
        Assert.True(await Service.RegisterAsync(_log, CancellationToken.None));
        _services.End("sms-site-S01", isStopped, exitCode);

        Assert.Equal(expected, await Service.IsInChargeAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData("\"C:\\Program Files\\dotnet\\dotnet.exe\" \"D:\\SMS 1\\SITE.SRV\\SITE.BIN\\A\\sms-site.dll\" run --root \"D:\\SMS 1\" --service sms-site-S01", "D:\\SMS 1")]
    [InlineData("C:\\Windows\\system32\\svchost.exe -k netsvcs", null)]
    [InlineData("sms-site.exe run --root \"C:\\SMS", null)]
    public void Registered_AnyCommandLine_IsTheRootOrNull(string commandLine, string? expected) => Assert.Equal(expected, Service.Registered.Of(commandLine));

    private static void UseSlot(SmsRoot root, string slot)
    {
        Directory.CreateDirectory(Path.Combine(root.Components, slot));
        File.WriteAllText(Path.Combine(root.Components, slot, "System.Private.CoreLib.dll"), "");
        File.WriteAllText(Path.Combine(root.Components, "CURRENT"), slot);
    }

    private SmsRoot NewRoot(string name)
    {
        var root = new SmsRoot(Path.Combine(_folder, name, "SMS 1"));
        UseSlot(root, "A");
        Directory.CreateDirectory(root.Logs);
        return root;
    }

    private string Logged() => File.ReadAllText(Path.Combine(_root.Path, "LOGS", "bootstrap.log"), Encoding.UTF8);

    private sealed class FakeServiceControlManager : IServiceControlManager
    {
        private readonly Dictionary<string, ServiceEntry> _services = [];

        public int? Refuses { get; set; }

        public int? StartFailsWith { get; set; }

        public ServiceEntry? Find(string name) => _services.GetValueOrDefault(name);

        public void Put(string name, string displayName, string commandLine)
        {
            Fail(Refuses);
            _services[name] = new ServiceEntry(commandLine, _services.GetValueOrDefault(name)?.IsStopped ?? true, 0);
        }

        public void Start(string name)
        {
            Fail(StartFailsWith);
            End(name, isStopped: false, 0);
        }

        public void Delete(string name) => _services.Remove(name);

        public void End(string name, bool isStopped, int exitCode) => _services[name] = _services[name] with { IsStopped = isStopped, ExitCode = exitCode };

        private static void Fail(int? error)
        {
            if (error is { } code)
            {
                throw new Win32Exception(code);
            }
        }
    }
}
