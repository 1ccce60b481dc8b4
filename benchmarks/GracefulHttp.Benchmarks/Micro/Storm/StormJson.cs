using GracefulHttp.Benchmarks.Reporting;

namespace GracefulHttp.Benchmarks.Micro.Storm;

/// <summary>The results of <c>micro storm</c>.</summary>
internal sealed record StormJson(
    string Machine,
    DateTimeOffset Date,
    int Rounds,
    double TurnSeconds,
    int CancelsPerSecond,
    int RequestsPerSecond,
    IReadOnlyList<StormJsonRow> Rows)
{
    public static StormJson Create(StormSettings settings, MachineDescription machine, IReadOnlyList<StormRow> rows) => new(
        machine.ToString(),
        machine.Date,
        settings.Rounds,
        settings.TurnTime.TotalSeconds,
        settings.CancelsPerSecond,
        settings.LivePerSecond,
        [.. rows.Select(StormJsonRow.Create)]);
}
