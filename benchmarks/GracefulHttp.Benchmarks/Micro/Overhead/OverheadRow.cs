using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Micro.Overhead;

/// <summary>One kind of request over one protocol, with every handler.</summary>
internal sealed record OverheadRow(WireProtocol Protocol, MeasuredCall Call, IReadOnlyList<HandlerCost> Costs)
{
    public HandlerCost this[MeasuredHandler handler] => Costs.Single(cost => cost.Handler == handler);

    /// <summary>Bytes per request over the bare handler.</summary>
    public double MoreBytes(MeasuredHandler handler) => this[handler].Bytes - this[MeasuredHandler.Bare].Bytes;

    public double MoreMeanBytes(MeasuredHandler handler) => this[handler].MeanBytes - this[MeasuredHandler.Bare].MeanBytes;

    /// <summary>Whether the time cannot be told from a bare handler's against another bare handler's.</summary>
    public bool TimeIsInsideSpread(MeasuredHandler handler) =>
        this[MeasuredHandler.BareAgain].TimeRatio.Contains(this[handler].TimeRatio.Median);
}
