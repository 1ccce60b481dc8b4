using GracefulHttp.Benchmarks.Compare;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Micro.Cancel;

/// <summary>Requests abandoned in one phase over one protocol, with every client.</summary>
internal sealed record CancelRow(WireProtocol Protocol, RequestPhase Phase, IReadOnlyList<CancelCost> Costs)
{
    public CancelCost this[MeasuredClient client] => Costs.Single(cost => cost.Client == client);

    /// <summary>Whether the callers' 99th percentile is at most the plain client's, or what another plain client's might be.</summary>
    public bool P99IsNoWorse(MeasuredClient client) =>
        this[client].P99Ratio.Median <= Math.Max(1, this[MeasuredClient.PlainAgain].P99Ratio.High);
}
