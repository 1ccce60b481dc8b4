namespace GracefulHttp.Benchmarks.Micro.Cancel;

/// <summary>How long the callers of one client waited for their exception.</summary>
/// <param name="Client">Which client.</param>
/// <param name="P50Microseconds">The 50th percentile of a turn, the median of the rounds.</param>
/// <param name="P99Microseconds">The 99th percentile of a turn, the median of the rounds.</param>
/// <param name="P50Ratio">The 50th percentile against the plain client's of the same round.</param>
/// <param name="P99Ratio">The 99th percentile against the plain client's of the same round.</param>
internal sealed record CancelCost(
    MeasuredClient Client, double P50Microseconds, double P99Microseconds, Spread P50Ratio, Spread P99Ratio);
