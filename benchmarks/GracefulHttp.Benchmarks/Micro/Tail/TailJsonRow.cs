namespace GracefulHttp.Benchmarks.Micro.Tail;

/// <summary>One client over one protocol; counts are totals.</summary>
internal sealed record TailJsonRow(
    string Protocol,
    string Client,
    int Calls,
    int Failed,
    double P50Ms,
    double P99Ms,
    double P999Ms,
    long ExtraRequests,
    long? Resets,
    long? Connections)
{
    public static TailJsonRow Create(TailRow row) => new(
        row.Protocol.Name(),
        row.Client.Name(),
        row.Calls,
        row.Failed,
        row.P50Ms,
        row.P99Ms,
        row.P999Ms,
        row.ExtraRequests,
        row.Resets,
        row.Connections);
}
