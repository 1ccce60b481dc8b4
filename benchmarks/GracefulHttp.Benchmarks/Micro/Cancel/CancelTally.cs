using GracefulHttp.Benchmarks.Compare;

namespace GracefulHttp.Benchmarks.Micro.Cancel;

/// <summary>What the turns of one client gave so far.</summary>
internal sealed class CancelTally(MeasuredClient client)
{
    private readonly List<double> _p50 = [];
    private readonly List<double> _p99 = [];

    /// <summary>One turn.</summary>
    public void Add(LatencyHistogram latencies)
    {
        _p50.Add(Microseconds(latencies, 0.5));
        _p99.Add(Microseconds(latencies, 0.99));
    }

    public CancelCost Against(CancelTally plain) => new(
        client,
        Spread.Of(_p50).Median,
        Spread.Of(_p99).Median,
        Spread.OfRatios(_p50, plain._p50),
        Spread.OfRatios(_p99, plain._p99));

    private static double Microseconds(LatencyHistogram latencies, double share) => latencies.Percentile(share)!.Value * 1000;
}
