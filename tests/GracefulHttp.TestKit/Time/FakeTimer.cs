namespace GracefulHttp.TestKit.Time;

/// <summary>A timer of a <see cref="FakeTimeProvider"/>, which fires it.</summary>
internal sealed class FakeTimer(FakeTimeProvider clock, Action callback) : ITimer
{
    private TimeSpan _period;
    private volatile bool _disposed;

    /// <summary>In the clock's ticks; written under its lock.</summary>
    public long Due { get; set; }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (_disposed)
        {
            return false;
        }

        _period = period;
        clock.Arm(this, dueTime);
        return true;
    }

    public void Fire()
    {
        if (_period > TimeSpan.Zero)
        {
            clock.Arm(this, _period);
        }

        if (!_disposed)
        {
            callback();
        }
    }

    public void Dispose()
    {
        _disposed = true;
        clock.Arm(this, Timeout.InfiniteTimeSpan);
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
