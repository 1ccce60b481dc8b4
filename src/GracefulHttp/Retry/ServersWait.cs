namespace GracefulHttp.Retry;

/// <summary>The wait that the answer of a late attempt asks for. The delay before the next attempt has been chosen then, and may be shorter.</summary>
internal sealed class ServersWait(TimeProvider timeProvider)
{
    private readonly Lock _lock = new();

    // Where it ends, counted from the beginning: a long, that it is read whole.
    private readonly long _startedAt = timeProvider.GetTimestamp();
    private long _endTicks;

    private TimeSpan Left => TimeSpan.FromTicks(Volatile.Read(ref _endTicks)) - timeProvider.GetElapsedTime(_startedAt);

    /// <summary>The longest wait counts.</summary>
    public void Add(TimeSpan wait)
    {
        lock (_lock)
        {
            if (wait > Left)
            {
                Volatile.Write(ref _endTicks, (timeProvider.GetElapsedTime(_startedAt) + wait).Ticks);
            }
        }
    }

    /// <summary>Completes when it has passed, or the token fires.</summary>
    public async ValueTask WhenOverAsync(CancellationToken cancellationToken)
    {
        while (Left is { Ticks: > 0 } left && !cancellationToken.IsCancellationRequested)
        {
            // Timers know whole milliseconds, and would be early.
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), timeProvider, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
