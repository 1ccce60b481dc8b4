using GracefulHttp.Benchmarks.Compare;

namespace GracefulHttp.Benchmarks.Reporting;

/// <summary>One row. <see langword="null"/> is what could not be known.</summary>
internal sealed record JsonRow(
    string Strategy,
    string Protocol,
    string Server,
    string Phase,
    double OkPerSecond,
    long Abandoned,
    long? ResetsSent,
    long? StreamResets,
    long Failed,
    long? ConnectionsOpened,
    long? TimeWait,
    long? ServerCompletedAbandoned,
    double? OkP50Ms,
    double? OkP99Ms,
    double? CancelP99Ms,
    double? CpuMicrosecondsPerOk)
{
    public static JsonRow Create(CompareSettings settings, CompareRow row) => new(
        row.Strategy.Name(),
        row.Cell.Protocol.Name(),
        CellLabel.Server(settings, row.Cell),
        row.Cell.Phase.Name(),
        Rounded(row.OkPerSecond, 1)!.Value,
        row.Abandoned,
        row.ResetsSent,
        row.StreamResets,
        row.Failed,
        row.ConnectionsOpened,
        row.TimeWait,
        row.ServerCompletedAbandoned,
        Rounded(row.OkP50Ms, 3),
        Rounded(row.OkP99Ms, 3),
        Rounded(row.CancelP99Ms, 3),
        Rounded(row.CpuMicrosecondsPerOk, 1));

    private static double? Rounded(double? value, int digits) => value is { } known ? Math.Round(known, digits) : null;
}
