using GracefulHttp.Benchmarks.Reporting;

namespace GracefulHttp.Benchmarks.Micro.Cancel;

/// <summary>The results of <c>micro cancel</c>.</summary>
internal sealed record CancelJson(string Machine, DateTimeOffset Date, int Rounds, int Cancels, IReadOnlyList<CancelJsonRow> Rows)
{
    public static CancelJson Create(CancelSettings settings, MachineDescription machine, IReadOnlyList<CancelRow> rows) => new(
        machine.ToString(),
        machine.Date,
        settings.Rounds,
        settings.Cancels,
        [.. rows.SelectMany(row => row.Costs.Select(cost => CancelJsonRow.Create(row, cost)))]);
}
