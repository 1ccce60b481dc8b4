using GracefulHttp.Benchmarks.Reporting;

namespace GracefulHttp.Benchmarks.Micro.Linger;

/// <summary>The results of <c>micro linger</c>.</summary>
internal sealed record LingerJson(string Machine, DateTimeOffset Date, double LingerSeconds, IReadOnlyList<LingerJsonRow> Rows)
{
    public static LingerJson Create(LingerSettings settings, MachineDescription machine, IReadOnlyList<LingerRow> rows) => new(
        machine.ToString(),
        machine.Date,
        settings.LingerTimeout.TotalSeconds,
        [.. rows.Select(LingerJsonRow.Create)]);
}
