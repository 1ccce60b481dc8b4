using System.Diagnostics;

namespace GracefulHttp.Benchmarks.Micro.Overhead;

/// <summary>What one handler's requests have cost so far.</summary>
internal sealed class HandlerTally(MeasuredHandler handler)
{
    private readonly List<double> _bytes = [];
    private readonly List<double> _time = [];
    private readonly List<double> _cpu = [];

    /// <summary>One turn.</summary>
    public async Task MeasureAsync(MeasuredCaller caller, int calls)
    {
        // Exact, which takes a moment: outside of what is timed.
        long bytes = GC.GetTotalAllocatedBytes(precise: true);
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        await caller.CallAsync(calls);
        _time.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds / calls);
        _cpu.Add((Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / calls);
        _bytes.Add((GC.GetTotalAllocatedBytes(precise: true) - bytes) / (double)calls);
    }

    public HandlerCost Against(HandlerTally bare) => new(
        handler,
        Spread.Of(_bytes).Median,
        _bytes.Average(),
        Spread.Of(_time).Median,
        Spread.Of(_cpu).Median,
        Spread.OfRatios(_time, bare._time),
        Spread.OfRatios(_cpu, bare._cpu));
}
