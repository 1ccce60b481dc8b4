namespace GracefulHttp.Benchmarks.Relay;

/// <summary>One direction of the network, which all connections share: tells when what is given to it arrives.</summary>
internal sealed class Link(TimeProvider time, TimeSpan delay, double? bitsPerSecond)
{
    private readonly Lock _gate = new();
    private readonly long _delay = Ticks(time, delay);
    private readonly double _ticksPerByte = bitsPerSecond is { } bits ? 8.0 * time.TimestampFrequency / bits : 0;
    private long _freeAt = long.MinValue;
    private long _underWay;

    /// <summary>What has been given to the link and has not been delivered.</summary>
    public long UnderWay => Interlocked.Read(ref _underWay);

    /// <summary>Gives so many bytes to the link, behind all that it was given before. 0 for what only takes its time, a FIN or RST.</summary>
    /// <returns>When the last of them arrives, a timestamp. The caller delivers then, and says so with <see cref="Delivered"/>.</returns>
    public long Carry(int bytes)
    {
        Interlocked.Increment(ref _underWay);
        lock (_gate)
        {
            _freeAt = Math.Max(_freeAt, time.GetTimestamp()) + (long)(bytes * _ticksPerByte);
            return _freeAt + _delay;
        }
    }

    public void Delivered() => Interlocked.Decrement(ref _underWay);

    public async ValueTask UntilAsync(long arrival, CancellationToken cancellationToken)
    {
        // Timers fire in whole milliseconds and must not fire early.
        double left = Math.Ceiling(time.GetElapsedTime(time.GetTimestamp(), arrival).TotalMilliseconds);
        if (left > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(left), time, cancellationToken);
        }
    }

    public static long Ticks(TimeProvider time, TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);
}
