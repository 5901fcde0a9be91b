using System.Diagnostics;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;
using SmsConsole.TestKit;

namespace SmsConsole.SiteServer.Tests.Processes;

/// <summary>The processes of a site as the operating system treats them.</summary>
[Collection(AloneCollection.Name)]
public class ProcessTests
{
    [Theory]
    [InlineData("run", "-TERM")]
    [InlineData("run", "-KILL")]
    [InlineData("supervise", "-TERM")]
    [InlineData("supervise", "-KILL")]
    public async Task SiteServer_OneOfItsProcessesKilled_IsOneTreeAgainWithoutItsParent(string verb, string signal)
    {
        await using var parent = new FileParent();
        var root = parent.NewDirectory("S01");
        parent.AddAddress(new LinkAddress("S01", "local", root));
        await InstallAsync(parent, root);
        await parent.UntilAsync(() => IsTree(SiteKill.Find(root)));
        var before = SiteKill.Find(root);

        // As an administrator's kill or a shutdown sends it.
        using (var kill = Process.Start("kill", [signal, before.Single(p => p.Verb == verb).Id.ToString()]))
        {
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        // Nobody collects: the parent's watchdog does not look.
        for (var i = 0; !(IsTree(SiteKill.Find(root)) && SiteKill.Find(root).Single(p => p.Verb == "run").Id != before.Single(p => p.Verb == "run").Id); i++)
        {
            Assert.True(i < 600, $"After 30 s: {string.Join(", ", SiteKill.Find(root))}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        static bool IsTree(IReadOnlyList<(int Id, string Verb)> found) => found.Select(p => p.Verb).Order().SequenceEqual(["run", "supervise"]);
    }

    [Fact]
    public async Task Stop_WhileTheSupervisorPauses_StaysStoppedUntilStartedOnPurpose()
    {
        await using var parent = new FileParent();
        var path = parent.NewDirectory("S01");
        var root = new SmsRoot(path);
        var processes = new SiteProcesses();
        parent.AddAddress(new LinkAddress("S01", "local", path));
        await InstallAsync(parent, path);
        await parent.UntilAsync(() => SiteKill.Find(path).Select(p => p.Verb).Order().SequenceEqual(["run", "supervise"]));

        // Its pauses grow from death to death; the one after the third takes three seconds.
        for (var death = 0; death < 3; death++)
        {
            await ComesAsync(() => SiteLock.IsHeld(SiteConfigManager.LockFile(root)) && SiteKill.Verb(path, "run") == 1);
            await ComesAsync(() => !SiteLock.IsHeld(SiteConfigManager.LockFile(root)));
        }

        Assert.Equal(0, await SiteStop.RunAsync(PhysicalDisk.Instance, root, processes, TestContext.Current.CancellationToken));
        await ComesAsync(() => SiteKill.Find(path).Count == 0);
        Assert.True(File.Exists(SiteServerProcess.StopFile(root)));

        // One that was just being started.
        Assert.Equal(0, await new SiteServerProcess(PhysicalDisk.Instance, root, processes, TimeProvider.System).RunAsync(Environment.ProcessId, TestContext.Current.CancellationToken));
        Assert.True(File.Exists(SiteServerProcess.StopFile(root)));
        await new PathLink(PhysicalDisk.Instance, processes, path, TimeProvider.System).EnsureRunningAsync(TestContext.Current.CancellationToken);
        Assert.Empty(SiteKill.Find(path));

        processes.StartDetached(ComponentSlots.Current(PhysicalDisk.Instance, root)!, "run", path);
        await ComesAsync(() => SiteLock.IsHeld(SiteConfigManager.LockFile(root)));
        Assert.False(File.Exists(SiteServerProcess.StopFile(root)));
    }

    [Fact]
    public async Task Stop_AfterADeathUnderAServiceManager_StopsWhatThatStartsAgain()
    {
        var folder = Directory.CreateTempSubdirectory("sms-stop-").FullName;
        try
        {
            var root = new SmsRoot(folder);
            var stopFile = SiteServerProcess.StopFile(root);
            Directory.CreateDirectory(root.Components);
            ComponentSlots.Switch(PhysicalDisk.Instance, root, Path.Combine(root.Components, "A"));
            await File.WriteAllTextAsync(SiteServerProcess.ReportFile(root), "died", TestContext.Current.CancellationToken);
            var stopping = SiteStop.RunAsync(PhysicalDisk.Instance, root, new ServiceManager(), TestContext.Current.CancellationToken);
            using (SiteLock.TryAcquire(SiteConfigManager.LockFile(root)))
            {
                File.Delete(stopFile);
                await ComesAsync(() => File.Exists(stopFile));
                File.Delete(SiteServerProcess.ReportFile(root));
            }

            Assert.Equal(0, await stopping);
            Assert.True(File.Exists(stopFile));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task SiteServer_Killed_SaysSoWithItsNextStatusMessage()
    {
        await using var parent = new FileParent();
        var root = parent.NewDirectory("S01");
        parent.AddAddress(new LinkAddress("S01", "local", root));
        await InstallAsync(parent, root);
        await parent.UntilAsync(() => SiteKill.Verb(root, "run") == 1);

        var log = Path.Combine(root, "LOGS", "scman.log");
        await parent.UntilAsync(() => File.ReadAllText(log).Contains("ended without being told to and was started again", StringComparison.Ordinal), TimeSpan.FromSeconds(30));
        await parent.UntilAsync(() => File.Exists(SiteServerProcess.ReportFile(new SmsRoot(root))));
        Assert.Equal(1, SiteJson.TryRead(await File.ReadAllBytesAsync(SiteServerProcess.ReportFile(new SmsRoot(root)), TestContext.Current.CancellationToken), SiteJson.Default.ServiceReport, out _)!.Restarts);
    }

    [Fact]
    public async Task Ssh_Connected_KeepsNoKeyOnDiskAndEndsWithItsOwner()
    {
        Assert.SkipUnless(TestSshd.Program is not null, "There is no sshd: apt-get install openssh-server");
        await using var sshd = await TestSshd.StartAsync();
        var address = new LinkAddress("S01", "ssh", "/nowhere", "127.0.0.1", sshd.Port, TestSshd.User, sshd.PrivateKey, sshd.HostKey);
        var before = Folders();
        await using (var links = new LinkFactory(PhysicalDisk.Instance, new SiteProcesses(), TimeProvider.System))
        {
            await using var link = await links.OpenAsync(address, TestContext.Current.CancellationToken);
            var probe = await link.ProbeAsync(TestContext.Current.CancellationToken);

            Assert.Equal(DirectoryState.Absent, probe.DirectoryState);
            var folder = Assert.Single(Folders().Except(before));
            Assert.Equal(["hosts", "s"], Directory.GetFiles(folder).Select(f => Path.GetFileName(f)).Order());
        }

        Assert.Empty(Folders().Except(before));

        // Folders of connections of this process only: tests of other projects run beside it.
        HashSet<string> Folders() => [.. Directory.GetDirectories(Path.GetTempPath(), "sms-*").Where(d => File.Exists(Path.Combine(d, "hosts")) && File.ReadAllText(Path.Combine(d, "hosts")).Contains(sshd.HostKey, StringComparison.Ordinal))];
    }

    [Fact]
    public async Task Ssh_OwnerKilledWhileConnecting_LeavesNoKey()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no /bin/sh.");
        var folder = Directory.CreateTempSubdirectory(SshMaster.Prefix).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "key"), "secret", TestContext.Current.CancellationToken);
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true };
        foreach (var argument in (string[])["-c", SshMaster.EndWithOwner, "sms-ssh", folder, "sleep", "1000"])
        {
            start.ArgumentList.Add(argument);
        }

        using var connecting = Process.Start(start)!;
        Assert.True(File.Exists(Path.Combine(folder, "key")));
        connecting.StandardInput.Close(); // the system does it for whoever was killed

        await connecting.WaitForExitAsync(TestContext.Current.CancellationToken);
        await ComesAsync(() => !Directory.Exists(folder));
    }

    [Fact]
    public async Task Ssh_KeyOfAConnectionThatDiedWithItsWatcher_GoesWithTheNextConnection()
    {
        Assert.SkipUnless(TestSshd.Program is not null, "There is no sshd: apt-get install openssh-server");
        await using var sshd = await TestSshd.StartAsync();
        var address = new LinkAddress("S01", "ssh", "/nowhere", "127.0.0.1", sshd.Port, TestSshd.User, sshd.PrivateKey, sshd.HostKey);
        var old = Directory.CreateTempSubdirectory(SshMaster.Prefix).FullName;
        var young = Directory.CreateTempSubdirectory(SshMaster.Prefix).FullName;
        try
        {
            foreach (var folder in (string[])[old, young])
            {
                await File.WriteAllTextAsync(Path.Combine(folder, "key"), "secret", TestContext.Current.CancellationToken);
                await File.WriteAllTextAsync(Path.Combine(folder, "hosts"), "", TestContext.Current.CancellationToken);
            }

            File.SetLastWriteTimeUtc(Path.Combine(old, "key"), TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(-10));
            File.SetLastWriteTimeUtc(Path.Combine(old, "hosts"), TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(-10));
            await using var master = await SshMaster.ConnectAsync(address, TimeProvider.System, TestContext.Current.CancellationToken);

            await ComesAsync(() => !File.Exists(Path.Combine(old, "key")));
            Assert.True(File.Exists(Path.Combine(old, "hosts")));
            Assert.True(File.Exists(Path.Combine(young, "key")));
        }
        finally
        {
            Directory.Delete(old, recursive: true);
            Directory.Delete(young, recursive: true);
        }
    }

    [Fact]
    public async Task Ssh_AnotherSitesDirectoryAndEndlessAnswers_AreRefusedWithTheReason()
    {
        Assert.SkipUnless(TestSshd.Program is not null, "There is no sshd: apt-get install openssh-server");
        await using var sshd = await TestSshd.StartAsync();
        await using var links = new LinkFactory(PhysicalDisk.Instance, new SiteProcesses(), TimeProvider.System);
        var folder = Directory.CreateTempSubdirectory("sms-far-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "P01", "SITE.SRV"));
            var inside = new LinkAddress("S01", "ssh", Path.Combine(folder, "P01", "S01"), "127.0.0.1", sshd.Port, TestSshd.User, sshd.PrivateKey, sshd.HostKey);
            await using (var link = await links.OpenAsync(inside, TestContext.Current.CancellationToken))
            {
                Assert.Equal(new DirectoryOccupant(OccupantRelation.Inside, "SITE.SRV", Path.Combine(folder, "P01")), (await link.ProbeAsync(TestContext.Current.CancellationToken)).Occupant);
                var order = new BootstrapOrder("S01", "P01", Guid.NewGuid(), "key", "token", new ReturnAddress("collect", null));
                var refused = await Assert.ThrowsAsync<LinkException>(() => link.BootstrapAsync(order, new Progress<(long Sent, long Total)>(), TestContext.Current.CancellationToken));
                Assert.Equal((LinkStage.Directory, false), (refused.Stage, refused.Retryable));
                Assert.Equal([Path.Combine(folder, "P01", "SITE.SRV")], Directory.GetFileSystemEntries(Path.Combine(folder, "P01")));
            }

            await sshd.ForceAsync("cat /dev/zero");
            await using (var link = await links.OpenAsync(inside with { Directory = "/nowhere" }, TestContext.Current.CancellationToken))
            {
                var refused = await Assert.ThrowsAsync<LinkException>(() => link.ProbeAsync(TestContext.Current.CancellationToken));
                Assert.Equal((LinkStage.Program, false), (refused.Stage, refused.Retryable));
                Assert.Contains("64 KiB", refused.Message, StringComparison.Ordinal);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("sleep 1000", 2 * 60)]
    [InlineData("printf abc; exec sleep 1000", 2 * 60)]
    [InlineData("sleep 1000", 2 * 60 + 20, "collect")]
    [InlineData("sleep 1000", 2 * 60, "probe")]
    public async Task Ssh_FarSideNeverAnswers_IsGivenUpAndItsSessionEnded(string hanging, int seconds, string verb = "ensure")
    {
        Assert.SkipUnless(TestSshd.Program is not null, "There is no sshd: apt-get install openssh-server");
        await using var sshd = await TestSshd.StartAsync();
        await sshd.ForceAsync(hanging);
        var address = new LinkAddress("S01", "ssh", "/nowhere", "127.0.0.1", sshd.Port, TestSshd.User, sshd.PrivateKey, sshd.HostKey);
        await using var master = await SshMaster.ConnectAsync(address, TimeProvider.System, TestContext.Current.CancellationToken);
        var clock = new ManualTimeProvider();
        var releases = 0;
        await using (var link = new SshLink(PhysicalDisk.Instance, master, address, clock, () => releases++))
        {
            var asked = verb switch
            {
                "collect" => link.CollectAsync(new Drop(PhysicalDisk.Instance, "/nowhere"), () => { }, TestContext.Current.CancellationToken),
                "probe" => link.ProbeAsync(TestContext.Current.CancellationToken),
                _ => link.EnsureRunningAsync(TestContext.Current.CancellationToken),
            };
            while (clock.NextDue is null)
            {
                await Task.Delay(10, TestContext.Current.CancellationToken);
            }

            clock.Advance(TimeSpan.FromSeconds(seconds - 1));
            Assert.False(asked.IsCompleted);
            clock.Advance(TimeSpan.FromSeconds(1));

            var silent = await Assert.ThrowsAsync<LinkException>(() => asked);
            Assert.True(silent.Retryable);
            Assert.Contains("127.0.0.1 did not answer for 2", silent.Message, StringComparison.Ordinal);
            Assert.Null(clock.NextDue);
            Assert.True(master.IsAlive);
        }

        Assert.Equal(1, releases);
    }

    [Fact]
    public async Task SystemdUnit_ProgramThatHangs_IsEndedAndSaidToHaveFailed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no systemctl.");
        var clock = new ManualTimeProvider();
        var asked = SystemdUnit.RunAsync("/bin/sh", ["-c", "exec sleep 1000"], clock, TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal((-1, "it did not end within 10 s."), await asked);
        Assert.Equal((3, "no"), await SystemdUnit.RunAsync("/bin/sh", ["-c", "echo no >&2; exit 3"], clock, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Ssh_LogReadAgainAndAgain_SignsInOnceAndGoesOnWhereItStopped()
    {
        Assert.SkipUnless(TestSshd.Program is not null, "There is no sshd: apt-get install openssh-server");
        await using var sshd = await TestSshd.StartAsync();
        await using var links = new LinkFactory(PhysicalDisk.Instance, new SiteProcesses(), TimeProvider.System);
        var root = Directory.CreateTempSubdirectory("sms-far-").FullName;
        try
        {
            var bin = Directory.CreateDirectory(Path.Combine(root, "BOOTSTRP.BIN")).FullName;
            var log = Path.Combine(Directory.CreateDirectory(Path.Combine(root, "LOGS")).FullName, "sched.log");
            foreach (var file in SiteProgram.FrameworkDependent.Files)
            {
                File.Copy(Path.Combine(SiteProgram.FrameworkDependent.Directory, file), Path.Combine(bin, Path.GetFileName(file)));
            }

            var address = new LinkAddress("S01", "ssh", root, "127.0.0.1", sshd.Port, TestSshd.User, sshd.PrivateKey, sshd.HostKey);
            var offset = -1000L;
            foreach (var line in (string[])["one", "two", "three"])
            {
                await File.AppendAllTextAsync(log, line + "\n", TestContext.Current.CancellationToken);
                await using var link = await links.OpenAsync(address, TestContext.Current.CancellationToken);
                var piece = await link.ReadLogAsync("sched", offset, TestContext.Current.CancellationToken);
                Assert.Equal([line], piece.Lines);
                offset = piece.NextOffset;
            }

            Assert.Equal(1, sshd.SignIns);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public void SystemdUnit_PlainRoot_StartsTheSlotInUseAndStaysDownAfterStop()
    {
        var text = new SystemdUnit(PhysicalDisk.Instance, new SmsRoot("/srv/sms/S01"), "S01").Text();

        Assert.NotNull(text);
        Assert.Contains("$(cat /srv/sms/S01/SITE.SRV/SITE.BIN/CURRENT)", text, StringComparison.Ordinal);
        Assert.Contains("Restart=on-failure", text, StringComparison.Ordinal);
        Assert.Contains($"RestartPreventExitStatus={SiteServerProcess.AnotherServes}", text, StringComparison.Ordinal);
        Assert.Contains("StartLimitIntervalSec=0", text, StringComparison.Ordinal);
    }

    [Fact]
    public void SystemdUnit_Registered_IsTheRootItWasWrittenFor()
    {
        var unit = new SystemdUnit(PhysicalDisk.Instance, new SmsRoot("/srv/sms/S01"), "S01");

        Assert.Equal("/srv/sms/S01", unit.Registered.Of(unit.Text()!));
        Assert.True(unit.Registered.IsOurs(unit.Text()!));
        Assert.False(unit.Registered.IsOurs(new SystemdUnit(PhysicalDisk.Instance, new SmsRoot("/srv/sms/s01"), "S01").Text()!));
        Assert.Null(unit.Registered.Of("[Service]\nExecStart=/usr/bin/another --root /srv/sms/S01\n"));
    }

    [Theory]
    [InlineData("/srv/with space/S01")]
    [InlineData("/srv/$(reboot)/S01")]
    [InlineData("/srv/'quote/S01")]
    [InlineData("/srv/%n/S01")]
    public void SystemdUnit_RootThatNeedsQuoting_IsNotRegistered(string root)
    {
        Assert.Null(new SystemdUnit(PhysicalDisk.Instance, new SmsRoot(root), "S01").Text());
    }

    private static async Task ComesAsync(Func<bool> isSo)
    {
        for (var i = 0; !isSo(); i++)
        {
            Assert.True(i < 600, "Not within 30 s.");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Looks after every site server there is.</summary>
    private sealed class ServiceManager : ISiteProcesses
    {
        public void StartDetached(string programDirectory, string verb, string root) => throw new InvalidOperationException("Nobody else starts it.");

        public Task<bool> IsServiceAsync(SmsRoot root, CancellationToken cancellationToken) => Task.FromResult(true);
    }

    private static async Task InstallAsync(FileParent parent, string root)
    {
        var incarnation = Guid.NewGuid();
        var token = EnrolmentProof.NewToken();
        parent.PlaceBootstrap(parent.Order("S01", incarnation, token));
        await parent.UntilAsync(() => parent.TakeEnrolment("S01", token) is not null);
        parent.PlacePackage("S01", incarnation, await FileParent.SitePackageAsync(), EnvelopeTypes.SitePackage);
        parent.PlacePackage("S01", incarnation, FileParent.ControlFile("S01", root).ToBytes(), EnvelopeTypes.SiteControl);
        await parent.UntilAsync(() => parent.Reports("S01").Count > 0);
    }
}
