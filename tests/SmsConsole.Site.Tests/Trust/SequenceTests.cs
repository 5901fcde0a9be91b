using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;
using SmsConsole.TestKit;

namespace SmsConsole.SiteServer.Tests.Trust;

public sealed class SequenceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sequence-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void With_RandomOrderWithDuplicatesAndGaps_AgreesWithASet()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var window = SequenceWindow.Empty;
            var seen = new HashSet<long>();
            var highest = 0L;
            for (var i = 0; i < 300; i++)
            {
                // Reordered within what the window remembers: it must agree with an exact set.
                var number = Math.Max(1, highest - 100 + random.Next(150));
                Assert.True(window.Contains(number) == seen.Contains(number), $"seed {seed}, step {i}, number {number}");
                window = window.With(number);
                seen.Add(number);
                highest = Math.Max(highest, number);
                Assert.True(window.Contains(number));
                Assert.True(window.Above.All(n => n > window.Floor + 1) && window.Above.SequenceEqual(window.Above.Order()));
            }
        }
    }

    [Fact]
    public void With_MoreGapsThanItRemembers_ForgetsNothingItHasSeen()
    {
        var window = SequenceWindow.Empty;
        var seen = new List<long>();
        for (var number = 2L; number < 2L * (SequenceWindow.Width + 500); number += 2)
        {
            window = window.With(number);
            seen.Add(number);
        }

        Assert.True(window.Above.Count <= SequenceWindow.Width);
        Assert.True(seen.All(window.Contains), "A number seen is taken a second time.");
        Assert.False(window.Contains(seen[^1] + 1));
        Assert.True(window.With(long.MaxValue).Contains(long.MaxValue));
    }

    [Fact]
    public void Next_ManyThreadsAndARestart_NoNumberTwice()
    {
        var root = new SmsRoot(_folder);
        var numbers = new SequenceNumbers(PhysicalDisk.Instance, root);
        var incarnation = Guid.NewGuid();
        var taken = new System.Collections.Concurrent.ConcurrentBag<long>();
        Parallel.For(0, 60, _ => taken.Add(numbers.Next("S01", incarnation, "control")));
        var after = new SequenceNumbers(PhysicalDisk.Instance, root);
        taken.Add(after.Next("S01", incarnation, "control"));
        Assert.Equal(Enumerable.Range(1, 61).Select(i => (long)i), taken.Order());
        Assert.Equal(1, after.Next("S01", Guid.NewGuid(), "control"));
        Assert.Equal(1, after.Next("S01", incarnation, "status"));
        Assert.Equal(1, after.Next("S02", incarnation, "control"));
    }

    [Theory]
    [InlineData(DiskFault.Before)]
    [InlineData(DiskFault.After)]
    [InlineData(DiskFault.Torn)]
    [InlineData(DiskFault.FullOnce)]
    public void Next_FaultWhileItIsKept_IsNeverUsedTwice(DiskFault fault)
    {
        var root = new SmsRoot(_folder);
        var incarnation = Guid.NewGuid();
        var used = new List<long>();
        for (var n = 0; n < 6; n++)
        {
            var numbers = new SequenceNumbers(new CrashingDisk(n, fault), root);
            for (var i = 0; i < 6; i++)
            {
                try
                {
                    used.Add(numbers.Next("S01", incarnation, "control"));
                }
                catch (Exception e) when (e is IOException or SimulatedCrashException)
                {
                    // Whoever asked has no number and asks again.
                }
            }
        }

        Assert.Equal(used.Count, used.Distinct().Count());
    }
}
