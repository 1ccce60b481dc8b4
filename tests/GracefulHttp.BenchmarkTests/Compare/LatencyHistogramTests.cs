using System.Diagnostics;
using GracefulHttp.Benchmarks.Compare;

namespace GracefulHttp.BenchmarkTests.Compare;

public sealed class LatencyHistogramTests
{
    private readonly LatencyHistogram _histogram = new();

    [Fact]
    public void Percentile_NoValues_IsUnknown() => _histogram.Percentile(0.5).ShouldBeNull();

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.5)]
    [InlineData(0.99)]
    [InlineData(0.999)]
    [InlineData(1.0)]
    public void Percentile_ValuesOverNineOrdersOfMagnitude_IsWithinOnePercent(double share)
    {
        var random = new Random(1);
        long[] values = [.. Enumerable.Range(0, 10_000).Select(_ => (long)Math.Pow(10, random.NextDouble() * 9))];
        foreach (long value in values)
        {
            _histogram.Record(value);
        }

        long exact = values.Order().ElementAt(Math.Max(0, (int)Math.Ceiling(share * values.Length) - 1));
        _histogram.Count.ShouldBe(values.Length);
        _histogram.Percentile(share)!.Value.ShouldBe(Milliseconds(exact), 0.01 * Milliseconds(exact));
    }

    [Fact]
    public void Record_ClockThatStepsBackOrEndsAtItsLimit_IsCounted()
    {
        _histogram.Record(-1);
        _histogram.Record(long.MaxValue);

        _histogram.Percentile(0.5).ShouldBe(0);
        _histogram.Percentile(1)!.Value.ShouldBe(Milliseconds(long.MaxValue), 0.01 * Milliseconds(long.MaxValue));
    }

    private static double Milliseconds(long ticks) => ticks * 1000.0 / Stopwatch.Frequency;
}
