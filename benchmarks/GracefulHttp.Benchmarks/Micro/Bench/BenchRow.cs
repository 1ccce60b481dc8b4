using System.ComponentModel;
using System.Reflection;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace GracefulHttp.Benchmarks.Micro.Bench;

/// <summary>One benchmark. <see langword="null"/> is what could not be known.</summary>
/// <param name="Group">What is compared, with its parameters.</param>
/// <param name="Benchmark">What it is compared with.</param>
/// <param name="Nanoseconds">Time per operation, the mean.</param>
/// <param name="Deviation">Its standard deviation.</param>
/// <param name="Ratio">Against the group's baseline.</param>
/// <param name="Bytes">Managed bytes allocated per operation.</param>
/// <param name="ResetsPerOperation">RSTs sent per operation.</param>
internal sealed record BenchRow(
    string Group, string Benchmark, double Nanoseconds, double Deviation, double? Ratio, long? Bytes, double? ResetsPerOperation)
{
    /// <exception cref="MicroFailedException">A benchmark has failed.</exception>
    public static IEnumerable<BenchRow> Create(Summary summary, ResetColumn resets)
    {
        foreach (BenchmarkReport report in summary.Reports)
        {
            BenchmarkCase benchmark = report.BenchmarkCase;
            if (!report.Success || report.ResultStatistics is not { } time)
            {
                throw new MicroFailedException($"{benchmark.Descriptor.GetFilterName()} has failed; its reason is above.");
            }

            double? baseline = summary.Reports
                .FirstOrDefault(other => other.BenchmarkCase.Descriptor.Baseline && other.BenchmarkCase.Parameters.ValueInfo == benchmark.Parameters.ValueInfo)
                ?.ResultStatistics?.Mean;
            yield return new BenchRow(
                Title(benchmark),
                benchmark.Descriptor.WorkloadMethodDisplayInfo.Trim('\''),
                time.Mean,
                time.StandardDeviation,
                benchmark.Descriptor.Baseline ? null : time.Mean / baseline,
                report.GcStats.GetBytesAllocatedPerOperation(benchmark),
                resets.PerOperation(report));
        }
    }

    private static string Title(BenchmarkCase benchmark) => string.Join(
        " · ",
        [
            .. benchmark.Parameters.Items.Select(parameter => parameter.Value is int number
                ? FormattableString.Invariant($"{number:#,0}")
                : parameter.Value.ToString()!.ToLowerInvariant()),
            benchmark.Descriptor.Type.GetCustomAttribute<DescriptionAttribute>()!.Description,
        ]);
}
