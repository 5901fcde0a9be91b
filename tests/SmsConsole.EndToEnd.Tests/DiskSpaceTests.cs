using System.Diagnostics;
using SmsConsole.TestKit;

namespace SmsConsole.EndToEnd.Tests;

/// <summary>A branch whose disk is too small: event 384 reaches the console, and Retry works once there is space. Needs an account that may mount (CI runs as root).</summary>
public class DiskSpaceTests
{
    [Fact]
    public async Task Install_DiskTooSmall_FailsWith384AndRetryInstalls()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Needs root on Linux to mount a small tmpfs.");
        await using var console = await ConsoleProcess.StartAsync();
        await console.SignInAsync();
        var volume = Path.Combine(console.Folder, "sites", "S01");
        Directory.CreateDirectory(volume);
        await RunAsync("mount", "-t", "tmpfs", "-o", "size=300m", "tmpfs", volume);
        try
        {
            using (var answer = await console.CreateLocalSiteAsync("S01"))
            {
                answer.EnsureSuccessStatusCode();
            }

            // The preflight has passed; the branch fills up before the package is unpacked.
            await RunAsync("mount", "-o", "remount,size=24m", volume);
            await console.UntilStatusAsync("S01", "Failed", TimeSpan.FromSeconds(60));
            var failure = (await console.GetAsync("api/v1/sites/S01")).GetProperty("failure");
            Assert.Equal(384, failure.GetProperty("eventId").GetInt32());
            Assert.True(failure.GetProperty("canRetry").GetBoolean());
            Assert.Contains((await console.GetAsync("api/v1/status-messages?siteCode=S01")).GetProperty("items").EnumerateArray(), m => m.GetProperty("messageId").GetInt32() == 384);
            Assert.Contains("disk space", await File.ReadAllTextAsync(Path.Combine(volume, "BOOTSTRP.LOG"), TestContext.Current.CancellationToken), StringComparison.OrdinalIgnoreCase);

            await RunAsync("mount", "-o", "remount,size=300m", volume);
            using (var retry = await console.Client.PostAsync("api/v1/sites/S01/retry", null, TestContext.Current.CancellationToken))
            {
                retry.EnsureSuccessStatusCode();
            }

            await console.UntilStatusAsync("S01", "Active", TimeSpan.FromSeconds(60));
        }
        finally
        {
            SiteKill.All(console.SiteRoot("S01"));
            await RunAsync("umount", "-l", volume);
        }
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }
}
