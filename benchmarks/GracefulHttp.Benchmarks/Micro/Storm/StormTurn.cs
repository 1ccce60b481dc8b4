using GracefulHttp.Benchmarks.Compare;

namespace GracefulHttp.Benchmarks.Micro.Storm;

/// <summary>What became of the requests of one turn.</summary>
internal sealed class StormTurn
{
    private int _answered;
    private int _abandoned;
    private int _failed;
    private string? _firstFailure;

    /// <summary>Requests that were not abandoned and answered right.</summary>
    public int Answered => _answered;

    /// <summary>Requests whose caller left.</summary>
    public int Abandoned => _abandoned;

    /// <summary>Requests that ended in any other way, those of the storm included.</summary>
    public int Failed => _failed;

    /// <summary>What the first failure said.</summary>
    public string? FirstFailure => _firstFailure;

    /// <summary>Of the requests that were answered.</summary>
    public LatencyHistogram Latencies { get; } = new();

    public long ConnectionsOpened { get; set; }

    public long StreamResets { get; set; }

    public void Answer(long ticks)
    {
        // Callers run side by side here, and the histogram is not thread-safe.
        lock (Latencies)
        {
            Latencies.Record(ticks);
        }

        Interlocked.Increment(ref _answered);
    }

    public void Abandon() => Interlocked.Increment(ref _abandoned);

    public void Fail(string why)
    {
        Interlocked.Increment(ref _failed);
        Interlocked.CompareExchange(ref _firstFailure, why, null);
    }
}
