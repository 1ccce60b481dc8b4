using GracefulHttp.Benchmarks.Compare;
using GracefulHttp.Benchmarks.Counting;

namespace GracefulHttp.Benchmarks.Reporting;

/// <summary>One row. <see langword="null"/> is what could not be known.</summary>
internal sealed record JsonRow(
    string Strategy,
    string Protocol,
    string Server,
    string Phase,
    double OkPerSecond,
    double OkPerSecondLow,
    double OkPerSecondHigh,
    long Abandoned,
    long? ResetsSent,
    long? ResetsFromClient,
    long? ResetsFromServer,
    OracleCounts Oracles,
    bool? OraclesAgree,
    long? StreamResets,
    long Failed,
    long? ConnectionsOpened,
    long? TimeWait,
    long? ServerCompletedAbandoned,
    double? OkP50Ms,
    double? OkP99Ms,
    double? CancelP99Ms,
    double? CpuMicrosecondsPerOk,
    IReadOnlyList<SocketSample> Samples)
{
    public static JsonRow Create(CompareSettings settings, CompareRow row) => new(
        row.Strategy.Name(),
        row.Cell.Protocol.Name(),
        CellLabel.Server(settings, row.Cell),
        row.Cell.Phase.Name(),
        Rounded(row.OkPerSecond.Median, 1)!.Value,
        Rounded(row.OkPerSecond.Low, 1)!.Value,
        Rounded(row.OkPerSecond.High, 1)!.Value,
        row.Abandoned,
        row.ResetsSent,
        row.ResetsFromClient,
        row.ResetsFromServer,
        row.Oracles,
        row.Oracles.AreComparable ? row.Oracles.Disagreement() is null : null,
        row.StreamResets,
        row.Failed,
        row.ConnectionsOpened,
        row.TimeWait,
        row.ServerCompletedAbandoned,
        Rounded(row.OkP50Ms, 3),
        Rounded(row.OkP99Ms, 3),
        Rounded(row.CancelP99Ms, 3),
        Rounded(row.CpuMicrosecondsPerOk, 1),
        row.TypicalRound.Samples);

    private static double? Rounded(double? value, int digits) => value is { } known ? Math.Round(known, digits) : null;
}
