namespace GracefulHttp.Benchmarks.Micro.Overhead;

/// <summary>One handler with one kind of request.</summary>
internal sealed record OverheadJsonRow(
    string Protocol,
    string Call,
    string Handler,
    double Bytes,
    double MoreBytes,
    double MoreMeanBytes,
    double Microseconds,
    double CpuMicroseconds,
    Spread TimeRatio,
    Spread CpuRatio,
    bool TimeIsInsideSpread)
{
    public static OverheadJsonRow Create(OverheadRow row, HandlerCost cost) => new(
        row.Protocol.Name(),
        row.Call.Name(),
        cost.Handler.Name(),
        cost.Bytes,
        row.MoreBytes(cost.Handler),
        row.MoreMeanBytes(cost.Handler),
        cost.Microseconds,
        cost.CpuMicroseconds,
        cost.TimeRatio,
        cost.CpuRatio,
        row.TimeIsInsideSpread(cost.Handler));
}
