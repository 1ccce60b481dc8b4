namespace GracefulHttp.Tests.Models;

/// <summary>Another clock, which tells when a timer is about to be armed.</summary>
internal sealed class PassingClock(TimeProvider clock, Action arming) : TimeProvider
{
    public override long TimestampFrequency => clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime != Timeout.InfiniteTimeSpan)
        {
            arming();
        }

        return clock.CreateTimer(callback, state, dueTime, period);
    }
}
