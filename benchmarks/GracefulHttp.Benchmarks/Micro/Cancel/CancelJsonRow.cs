namespace GracefulHttp.Benchmarks.Micro.Cancel;

/// <summary>One client in one phase.</summary>
internal sealed record CancelJsonRow(
    string Protocol,
    string Phase,
    string Client,
    double P50Microseconds,
    double P99Microseconds,
    Spread P50Ratio,
    Spread P99Ratio,
    bool P99IsNoWorse)
{
    public static CancelJsonRow Create(CancelRow row, CancelCost cost) => new(
        row.Protocol.Name(),
        row.Phase.Name(),
        cost.Client.Name(),
        cost.P50Microseconds,
        cost.P99Microseconds,
        cost.P50Ratio,
        cost.P99Ratio,
        row.P99IsNoWorse(cost.Client));
}
