using GracefulHttp.Benchmarks.Reporting;

namespace GracefulHttp.Benchmarks.Micro.Bench;

/// <summary>The results of <c>micro bench</c>.</summary>
internal sealed record BenchJson(string Machine, DateTimeOffset Date, bool IsDry, IReadOnlyList<BenchRow> Rows)
{
    public static BenchJson Create(BenchSettings settings, MachineDescription machine, IReadOnlyList<BenchRow> rows) =>
        new(machine.ToString(), machine.Date, settings.IsDry, rows);
}
