using SmsConsole.TestKit;

namespace SmsConsole.Engine.Tests.Security;

public sealed class SignInThrottleTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly SignInThrottle _throttle;

    public SignInThrottleTests() => _throttle = new SignInThrottle(_time);

    [Fact]
    public void TryBegin_AfterFiveFailures_WaitsLongerEachTime()
    {
        Fail(5);

        foreach (var minutes in (int[])[1, 2, 4, 8, 16, 32, 60, 60])
        {
            Assert.False(_throttle.TryBegin("admin", "here"));
            Assert.Equal(_time.GetUtcNow() + TimeSpan.FromMinutes(minutes), _throttle.WaitUntil("admin", "here"));
            _time.Advance(TimeSpan.FromMinutes(minutes));
            Assert.True(_throttle.TryBegin("admin", "here"));
        }
    }

    [Fact]
    public void TryBegin_WhileWaiting_MakesTheWaitNoLonger()
    {
        Fail(5);
        var until = _throttle.WaitUntil("admin", "here");

        Assert.All(Enumerable.Range(0, 50), _ => Assert.False(_throttle.TryBegin("Admin", "here")));

        Assert.Equal(until, _throttle.WaitUntil("admin", "here"));
    }

    [Fact]
    public void TryBegin_ElsewhereOrAnotherAccount_IsFree()
    {
        Fail(5);

        Assert.True(_throttle.TryBegin("admin", "there"));
        Assert.True(_throttle.TryBegin("vera", "here"));
    }

    [Fact]
    public void Succeeded_AndForget_BeginAnew()
    {
        Fail(4);
        _throttle.Succeeded("admin", "here");
        Fail(5);
        Assert.False(_throttle.TryBegin("admin", "here"));

        _throttle.Forget("ADMIN");

        Assert.True(_throttle.TryBegin("admin", "here"));
    }

    [Fact]
    public void TryBegin_ADayLater_IsForgotten()
    {
        Fail(5);
        _time.Advance(TimeSpan.FromHours(24));

        Fail(4);

        Assert.True(_throttle.TryBegin("admin", "here"));
    }

    [Fact]
    public void TryBegin_ManyNames_KeepsWhoFailedLast()
    {
        for (var i = 0; i < 25_000; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            _throttle.TryBegin($"name{i}", "here");
        }

        Fail(5);
        for (var i = 0; i < 5_000; i++)
        {
            _throttle.TryBegin($"other{i}", "here");
        }

        Assert.False(_throttle.TryBegin("admin", "here"));
    }

    private void Fail(int times) => Assert.All(Enumerable.Range(0, times), _ => Assert.True(_throttle.TryBegin("admin", "here")));
}
