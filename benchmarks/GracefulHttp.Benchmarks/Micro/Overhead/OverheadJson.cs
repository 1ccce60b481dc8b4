using GracefulHttp.Benchmarks.Reporting;

namespace GracefulHttp.Benchmarks.Micro.Overhead;

/// <summary>The results of <c>micro overhead</c>.</summary>
internal sealed record OverheadJson(string Machine, DateTimeOffset Date, int Rounds, int Requests, IReadOnlyList<OverheadJsonRow> Rows)
{
    public static OverheadJson Create(OverheadSettings settings, MachineDescription machine, IReadOnlyList<OverheadRow> rows) => new(
        machine.ToString(),
        machine.Date,
        settings.Rounds,
        settings.Requests,
        [.. rows.SelectMany(row => row.Costs.Select(cost => OverheadJsonRow.Create(row, cost)))]);
}
