namespace GracefulHttp.Benchmarks.Micro.Linger;

/// <summary>One protocol.</summary>
internal sealed record LingerJsonRow(
    string Protocol,
    int Connections,
    ProcessState Before,
    ProcessState Waiting,
    ProcessState Lingering,
    ProcessState After,
    double BytesPerWaiting,
    double BytesPerLingering,
    int MoreThreads,
    bool AllLingered,
    bool AllGone,
    double? GoneAfterSeconds,
    IReadOnlyDictionary<string, int> Outcomes)
{
    public static LingerJsonRow Create(LingerRow row) => new(
        row.Protocol.Name(),
        row.Connections,
        row.Before,
        row.Waiting,
        row.Lingering,
        row.After,
        row.BytesPerWaiting,
        row.BytesPerLingering,
        row.MoreThreads,
        row.AllLingered,
        row.AllGone,
        row.GoneAfter?.TotalSeconds,
        row.Outcomes);
}
