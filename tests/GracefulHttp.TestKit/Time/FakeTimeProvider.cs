namespace GracefulHttp.TestKit.Time;

/// <summary>A clock that a test moves. In the shape of <c>Microsoft.Extensions.TimeProvider.Testing</c>.</summary>
/// <remarks>
/// Advance it only when the code under test has armed its timer (<see cref="WaitForTimerAsync"/>): a timer that is armed
/// after the step counts from the new time, and the test would hang.
/// </remarks>
public sealed class FakeTimeProvider : TimeProvider
{
    // Neither Stopwatch's ticks nor TimeSpan's, so that mixing them up shows; a power of two per tick, so that nothing is rounded.
    private const long TimestampsPerTick = 8;

    private static readonly DateTimeOffset Epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Lock _gate = new();
    private readonly List<FakeTimer> _armed = [];
    private readonly List<(TimeSpan? DueIn, TaskCompletionSource Armed)> _waiters = [];
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond * TimestampsPerTick;

    /// <summary>Timers that will fire when time goes on.</summary>
    public int ArmedTimers
    {
        get
        {
            lock (_gate)
            {
                return _armed.Count;
            }
        }
    }

    public override DateTimeOffset GetUtcNow() => Epoch.AddTicks(Volatile.Read(ref _ticks));

    public override long GetTimestamp() => Volatile.Read(ref _ticks) * TimestampsPerTick;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new FakeTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>
    /// Moves time on. Timers fire here, one after the other in the order in which they are due, each at its own time;
    /// those that a callback arms within the step fire too.
    /// </summary>
    public void Advance(TimeSpan step)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, TimeSpan.Zero);
        long target = Volatile.Read(ref _ticks) + step.Ticks;
        while (TakeDue(target) is { } timer)
        {
            timer.Fire();
        }
    }

    /// <summary>Completes when a timer is armed; with <paramref name="dueIn"/>, one that is due in exactly that time.</summary>
    public Task WaitForTimerAsync(TimeSpan? dueIn = null)
    {
        var armed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_armed.Exists(timer => Matches(timer, dueIn)))
            {
                armed.SetResult();
            }
            else
            {
                _waiters.Add((dueIn, armed));
            }
        }

        return armed.Task.WithinAsync(null, $"a timer due in {dueIn?.ToString() ?? "any time"}");
    }

    internal void Arm(FakeTimer timer, TimeSpan dueTime)
    {
        lock (_gate)
        {
            _armed.Remove(timer);
            if (dueTime == Timeout.InfiniteTimeSpan)
            {
                return;
            }

            timer.Due = _ticks + dueTime.Ticks;

            // Behind those that are due at the same time, so that they fire in the order in which they were armed.
            int later = _armed.FindIndex(other => other.Due > timer.Due);
            _armed.Insert(later < 0 ? _armed.Count : later, timer);
            foreach ((TimeSpan? dueIn, TaskCompletionSource armed) in _waiters)
            {
                if (Matches(timer, dueIn))
                {
                    armed.TrySetResult();
                }
            }

            _waiters.RemoveAll(waiter => waiter.Armed.Task.IsCompleted);
        }
    }

    private bool Matches(FakeTimer timer, TimeSpan? dueIn) => dueIn is null || timer.Due - _ticks == dueIn.Value.Ticks;

    private FakeTimer? TakeDue(long target)
    {
        lock (_gate)
        {
            FakeTimer? first = _armed.FirstOrDefault();
            if (first is null || first.Due > target)
            {
                Volatile.Write(ref _ticks, target);
                return null;
            }

            Volatile.Write(ref _ticks, first.Due);
            _armed.RemoveAt(0);
            return first;
        }
    }
}
