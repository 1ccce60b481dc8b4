using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace GracefulHttp.Benchmarks.Micro.Bench;

/// <summary>The column <c>RST/op</c> of what <see cref="ResetDiagnoser"/> has counted.</summary>
internal sealed class ResetColumn(ResetDiagnoser diagnoser) : IColumn
{
    public string Id => nameof(ResetColumn);

    public string ColumnName => "RST/op";

    public string Legend => "RST segments sent per operation, by the kernel's count";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Metric;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    /// <returns>Null where it is not known.</returns>
    public double? PerOperation(BenchmarkReport report)
    {
        // Of the stage that was bracketed alone; BenchmarkDotNet's own total has the operations of the warm-up too.
        long operations = report.AllMeasurements
            .Where(measurement => measurement is { IterationMode: IterationMode.Workload, IterationStage: IterationStage.Actual })
            .Sum(measurement => measurement.Operations);
        return operations > 0 && diagnoser.Resets(report.BenchmarkCase) is { } resets ? resets / (double)operations : null;
    }

    public bool IsAvailable(Summary summary) => ResetCounter.IsAvailable;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) =>
        (summary[benchmarkCase] is { } report ? PerOperation(report) : null)?.ToString("0.00", CultureInfo.InvariantCulture) ?? "?";

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);
}
