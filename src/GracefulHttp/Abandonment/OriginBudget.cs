using GracefulHttp.Validation;

namespace GracefulHttp.Abandonment;

/// <summary>What abandoned requests may cost one origin: connections held by drains, and HTTP/2 streams reset.</summary>
/// <remarks>
/// Servers count early resets (CVE-2023-44487) and answer too many by closing the connection under everybody: Tomcat at the
/// 4th of a fresh connection, Netty at 200 per 30 s, Varnish at 100 per 60 s, Envoy and h2o when over half of the streams are reset.
/// </remarks>
internal sealed class OriginBudget(ICurrentOptions<GracefulHttpOptions> options, int maxConnections, TimeProvider timeProvider)
{
    // Half of nothing is nothing: a client that has just begun may still reset a few.
    private const int FreeResets = 3;

    private readonly Lock _lock = new();
    private readonly int _maxDrains = maxConnections == int.MaxValue ? int.MaxValue : (maxConnections + 1) / 2;
    private int _drains;
    private double _tokens = options.Value.Http2ResetBurst;
    private long _filledAt = timeProvider.GetTimestamp();
    private long _completed;
    private long _resets;

    public bool IsDraining => Volatile.Read(ref _drains) != 0;

    /// <summary>Whether nothing would be lost if it were forgotten.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_lock)
            {
                Fill();
                return !IsDraining && _tokens >= options.Value.Http2ResetBurst;
            }
        }
    }

    /// <summary>
    /// Drains hold at most half (rounded up) of a limited number of connections, so that live requests are not starved. The
    /// caller must call <see cref="EndDrain"/> when this returns true.
    /// </summary>
    public bool TryBeginDrain()
    {
        if (Interlocked.Increment(ref _drains) <= _maxDrains)
        {
            return true;
        }

        EndDrain();
        return false;
    }

    public void EndDrain() => Interlocked.Decrement(ref _drains);

    /// <summary>Counts a stream that came to its end, or at least to its answer.</summary>
    public void CountCompleted(HttpResponseMessage response)
    {
        if (response.Version.Major >= 2)
        {
            Interlocked.Increment(ref _completed);
        }
    }

    /// <summary>Whether one more stream may be reset now; counts it where it may.</summary>
    public bool TryReset()
    {
        lock (_lock)
        {
            Fill();
            if (_tokens < 1 || (_resets >= FreeResets && (_resets + 1) * 2 >= Interlocked.Read(ref _completed)))
            {
                return false;
            }

            _tokens--;
            _resets++;
            return true;
        }
    }

    /// <summary>Counts a reset for which there was no choice.</summary>
    public void CountReset()
    {
        lock (_lock)
        {
            Fill();
            _tokens = Math.Max(0, _tokens - 1);
            _resets++;
        }
    }

    private void Fill()
    {
        long now = timeProvider.GetTimestamp();
        double earned = timeProvider.GetElapsedTime(_filledAt, now).TotalSeconds * options.Value.Http2ResetsPerSecond;
        _tokens = Math.Min(options.Value.Http2ResetBurst, _tokens + earned);
        _filledAt = now;
    }
}
