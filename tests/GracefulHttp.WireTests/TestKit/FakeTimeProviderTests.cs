using GracefulHttp.TestKit.Time;

namespace GracefulHttp.WireTests.TestKit;

public sealed class FakeTimeProviderTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly List<string> _fired = [];

    [Fact]
    public void Advance_SeveralTimers_FireInOrderEachAtItsOwnTime()
    {
        long start = _clock.GetTimestamp();
        using ITimer later = After(3, "later");
        using ITimer sooner = After(1, "sooner");
        using ITimer never = After(5, "never");

        _clock.Advance(TimeSpan.FromSeconds(4));

        _fired.ShouldBe(["sooner at 1", "later at 3"]);
        _clock.ArmedTimers.ShouldBe(1);
        _clock.GetElapsedTime(start).ShouldBe(TimeSpan.FromSeconds(4));

        ITimer After(int seconds, string name) => _clock.CreateTimer(
            _ => _fired.Add($"{name} at {_clock.GetElapsedTime(start).TotalSeconds}"), null, TimeSpan.FromSeconds(seconds), Timeout.InfiniteTimeSpan);
    }

    [Fact]
    public void Advance_PeriodicTimer_FiresUntilDisposed()
    {
        ITimer timer = _clock.CreateTimer(_ => _fired.Add("tick"), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));

        _clock.Advance(TimeSpan.FromSeconds(3));
        timer.Dispose();
        _clock.Advance(TimeSpan.FromSeconds(3));

        _fired.Count.ShouldBe(3);
        _clock.ArmedTimers.ShouldBe(0);
    }

    [Fact]
    public async Task WaitForTimerAsync_TokenWithATimeout_IsSeenAndCancelledByAdvance()
    {
        Task armed = _clock.WaitForTimerAsync(TimeSpan.FromSeconds(2));
        armed.IsCompleted.ShouldBeFalse();

        using var cancelled = new CancellationTokenSource(TimeSpan.FromSeconds(2), _clock);
        await armed;
        _clock.Advance(TimeSpan.FromSeconds(2) - TimeSpan.FromTicks(1));
        cancelled.IsCancellationRequested.ShouldBeFalse();
        _clock.Advance(TimeSpan.FromTicks(1));

        cancelled.IsCancellationRequested.ShouldBeTrue();
    }
}
