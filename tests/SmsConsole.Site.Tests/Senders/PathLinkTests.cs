using System.Diagnostics;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;
using SmsConsole.TestKit;

namespace SmsConsole.SiteServer.Tests.Senders;

public sealed class PathLinkTests : IDisposable, ISiteProcesses
{
    private static readonly PhysicalDisk _disk = PhysicalDisk.Instance;
    private readonly string _folder = InProcessInstall.NewFolder();
    private readonly BootstrapOrder _order = new("S01", "P01", Guid.NewGuid(), Convert.ToBase64String(new byte[91]), EnrolmentProof.NewToken(), new ReturnAddress("collect", null));
    private readonly SmsRoot _root;
    private readonly List<string> _started = [];
    private bool _isService;

    public PathLinkTests() => _root = new SmsRoot(Path.Combine(_folder, "S01"));

    private PathLink Link => new(_disk, this, _root.Path, new FastTimeProvider(TimeProvider.System.GetUtcNow()));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    void ISiteProcesses.StartDetached(string programDirectory, string verb, string root)
    {
        _started.Add(verb);
        BootstrapService.Enrol(_disk, _root, TimeProvider.System);
    }

    Task<bool> ISiteProcesses.IsServiceAsync(SmsRoot root, CancellationToken cancellationToken) => Task.FromResult(_isService);

    [Fact]
    public async Task Bootstrap_EmptyDirectory_ConfirmsAndBurnsTheToken()
    {
        Directory.CreateDirectory(_root.Path);
        var enrolment = await BootstrapAsync();
        Assert.True(EnrolmentProof.IsValid(enrolment, _order.Token));
        Assert.Equal(["bootstrap"], _started);
        Assert.DoesNotContain(Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories), f => File.ReadAllText(f).Contains(_order.Token, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Probe_SomethingInTheWayIsNoDirectory_SaysSo()
    {
        _disk.Write(Path.Combine(_folder, "file"), "x"u8);
        File.CreateSymbolicLink(Path.Combine(_folder, "nowhere"), "/nowhere/at/all");
        File.CreateSymbolicLink(Path.Combine(_folder, "loop"), Path.Combine(_folder, "loop"));
        foreach (var taken in (string[])["file", "nowhere", "loop"])
        {
            foreach (var path in (string[])[taken, Path.Combine(taken, "S01"), Path.Combine(taken, "a", "b")])
            {
                var link = new PathLink(_disk, this, Path.Combine(_folder, path), TimeProvider.System);
                Assert.Equal(DirectoryState.NotADirectory, (await link.ProbeAsync(CancellationToken.None)).DirectoryState);
            }
        }
    }

    [Fact]
    public async Task Bootstrap_Again_StartsNothingAndConfirmsTheSame()
    {
        var first = await BootstrapAsync();
        Assert.Equal(first, await BootstrapAsync());
        Assert.Single(_started);
    }

    [Fact]
    public async Task Bootstrap_NotEmpty_IsRefusedForGoodAndUnchanged()
    {
        Directory.CreateDirectory(_root.Path);
        foreach (var something in (string[])["file.txt", ".hidden", "folder/"])
        {
            var path = Path.Combine(_root.Path, something);
            if (something.EndsWith('/'))
            {
                Directory.CreateDirectory(path);
            }
            else
            {
                _disk.Write(path, "kept"u8);
            }

            var e = await Assert.ThrowsAsync<LinkException>(BootstrapAsync);
            Assert.Equal((LinkStage.Directory, false), (e.Stage, e.Retryable));
            Assert.Single(Directory.GetFileSystemEntries(_root.Path));
            Assert.Equal(DirectoryState.NotEmpty, (await Link.ProbeAsync(CancellationToken.None)).DirectoryState);
            Directory.Delete(_root.Path, recursive: true);
            Directory.CreateDirectory(_root.Path);
        }

        Assert.Empty(_started);
    }

    [Fact]
    public async Task Bootstrap_AFileOfThatName_IsRefusedForGood()
    {
        _disk.Write(_root.Path, "file"u8);
        Assert.Equal(DirectoryState.NotADirectory, (await Link.ProbeAsync(CancellationToken.None)).DirectoryState);
        Assert.False((await Assert.ThrowsAsync<LinkException>(BootstrapAsync)).Retryable);
        Assert.Equal("file"u8.ToArray(), _disk.ReadAll(_root.Path, 10));
    }

    [Fact]
    public async Task Bootstrap_AnotherIncarnationsDirectory_IsRefusedForGood()
    {
        await BootstrapAsync();
        var before = _disk.ReadAll(_root.BootstrapOrder, 99_999);
        foreach (var other in (BootstrapOrder[])[_order with { Incarnation = Guid.NewGuid() }, _order with { SiteCode = "S02" }])
        {
            var e = await Assert.ThrowsAsync<LinkException>(() => Link.BootstrapAsync(other, new Progress<(long Sent, long Total)>(), CancellationToken.None));
            Assert.Contains("belongs to another installation of site S01", e.Message);
            Assert.False(e.Retryable);
        }

        Assert.Equal(before, _disk.ReadAll(_root.BootstrapOrder, 99_999));
    }

    [Fact]
    public async Task Bootstrap_OtherProgramOfTheSameLength_IsReplaced()
    {
        await BootstrapAsync();
        var program = Path.Combine(_root.BootstrapDirectory, "sms-site.dll");
        var good = _disk.ReadAll(program, long.MaxValue);
        _disk.Write(program, new byte[good.Length]);
        await BootstrapAsync();
        Assert.Equal(good, _disk.ReadAll(program, long.MaxValue));
    }

    [Fact]
    public async Task ReadLog_NamesAndOffsets_StayInTheLogs()
    {
        await BootstrapAsync();
        _disk.Write(Path.Combine(_root.Logs, "sched.log"), "one\ntwo\nthr"u8);
        _disk.Write(Path.Combine(_root.Path, "secret.log"), "secret\n"u8);
        foreach (var name in (string[])["../secret", "..", "/etc/passwd", "", "a.b", "sched.log", new string('a', 41), "x\0"])
        {
            Assert.Empty((await Link.ReadLogAsync(name, 0, CancellationToken.None)).Lines);
        }

        Assert.Equal(["two"], (await Link.ReadLogAsync("sched", 4, CancellationToken.None)).Lines);
        Assert.Empty((await Link.ReadLogAsync("none", 0, CancellationToken.None)).Lines);
    }

    [Fact]
    public async Task EnsureRunning_StoppedOnPurpose_IsLeftAlone()
    {
        await BootstrapAsync();
        _started.Clear();
        Directory.CreateDirectory(_root.Components);
        ComponentSlots.Switch(_disk, _root, Path.Combine(_root.Components, "A"));
        await Link.EnsureRunningAsync(CancellationToken.None);
        Assert.Equal(["run"], _started);
        _disk.Write(SiteServerProcess.StopFile(_root), []);
        await Link.EnsureRunningAsync(CancellationToken.None);
        Assert.Single(_started);
    }

    [Fact]
    public async Task EnsureRunning_BootstrapKilledBeforeItHandedOver_IsStartedAgainToRegisterTheSite()
    {
        await BootstrapAsync();
        _started.Clear();
        Directory.CreateDirectory(_root.Components);
        ComponentSlots.Switch(_disk, _root, Path.Combine(_root.Components, "A"));
        _disk.Write(BootstrapService.HandoverFile(_root), []);
        using (SiteLock.TryAcquire(BootstrapService.LockFile(_root)))
        {
            await Link.EnsureRunningAsync(CancellationToken.None);
            Assert.Empty(_started); // it is just about to
        }

        await Link.EnsureRunningAsync(CancellationToken.None);
        Assert.Equal(["bootstrap"], _started);
        _disk.Delete(BootstrapService.HandoverFile(_root));
        await Link.EnsureRunningAsync(CancellationToken.None);
        Assert.Equal(["bootstrap", "run"], _started);
    }

    [Fact]
    public async Task EnsureRunning_ServiceOfTheMachine_IsLeftToIt()
    {
        await BootstrapAsync();
        _started.Clear();
        Directory.CreateDirectory(_root.Components);
        ComponentSlots.Switch(_disk, _root, Path.Combine(_root.Components, "A"));
        _isService = true;
        await Link.EnsureRunningAsync(CancellationToken.None);
        Assert.Empty(_started);
        _isService = false; // given up, or taken away
        await Link.EnsureRunningAsync(CancellationToken.None);
        Assert.Equal(["run"], _started);
    }

    [Theory]
    [InlineData("A\n", "A", "B")]
    [InlineData("B", "B", "A")]
    [InlineData("C\n", null, "A")]
    [InlineData("../A", null, "A")]
    [InlineData("", null, "A")]
    public void ComponentSlots_Pointer_NamesASlotOrNone(string content, string? current, string idle)
    {
        Directory.CreateDirectory(_root.Components);
        _disk.Write(Path.Combine(_root.Components, "CURRENT"), System.Text.Encoding.ASCII.GetBytes(content));
        Assert.Equal(current is null ? null : Path.Combine(_root.Components, current), ComponentSlots.Current(_disk, _root));
        Assert.Equal(Path.Combine(_root.Components, idle), ComponentSlots.Idle(_disk, _root));
        ComponentSlots.Switch(_disk, _root, ComponentSlots.Idle(_disk, _root));
        Assert.Equal(Path.Combine(_root.Components, idle), ComponentSlots.Current(_disk, _root));
    }

    private Task<Enrolment> BootstrapAsync() => Link.BootstrapAsync(_order, new Progress<(long Sent, long Total)>(), CancellationToken.None);
}
