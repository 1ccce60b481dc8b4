using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Micro.Tail;

/// <summary>One client over one protocol.</summary>
/// <param name="Protocol">What was spoken.</param>
/// <param name="Client">Which client.</param>
/// <param name="Calls">Calls that were made.</param>
/// <param name="Failed">Calls that had no answer in the end.</param>
/// <param name="P50Ms">Median of the calls.</param>
/// <param name="P99Ms">99th percentile.</param>
/// <param name="P999Ms">99.9th percentile.</param>
/// <param name="ExtraRequests">Requests beyond one for each call.</param>
/// <param name="Resets">RSTs of the client; null where they cannot be told.</param>
/// <param name="Connections">Connections opened; null where they cannot be told.</param>
internal sealed record TailRow(
    WireProtocol Protocol,
    TailClientKind Client,
    int Calls,
    int Failed,
    double P50Ms,
    double P99Ms,
    double P999Ms,
    long ExtraRequests,
    long? Resets,
    long? Connections)
{
    /// <summary>A count as one of 1,000 calls.</summary>
    public double? PerThousand(long? count) => count * 1000.0 / Calls;
}
