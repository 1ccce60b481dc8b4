using System.Diagnostics;

namespace GracefulHttp.Benchmarks.Compare;

/// <summary>Sends the requests of a measurement: in a closed loop, or at a fixed rate where there is one.</summary>
internal sealed class Load(CompareSettings settings)
{
    /// <summary>More would only measure how the client's memory fills.</summary>
    private const int MostUnderWay = 4096;

    public async Task<WorkTally> RunAsync(ComparedClient client, RowTarget target, TimeSpan time, CancellationToken interrupted)
    {
        var tally = new WorkTally();
        long start = Stopwatch.GetTimestamp();
        long deadline = start + (long)(time.TotalSeconds * Stopwatch.Frequency);
        var caller = new Caller(client, target, settings.LeaveAfter, deadline, tally);
        await (settings.Rate is { } rate
            ? RunOpenAsync(caller, rate, start, deadline, interrupted)
            : Task.WhenAll(Enumerable.Range(0, settings.Workers).Select(seed => Task.Run(
                () => new ClosedLoop(caller, settings.Abandon, seed).RunAsync(deadline, interrupted), CancellationToken.None))));
        return tally;
    }

    private Task RunOpenAsync(Caller caller, double rate, long start, long deadline, CancellationToken interrupted)
    {
        // The same requests in the same order for every strategy. Asked for one request after the other, in the order of the schedule.
        var random = new Random(0);
        return new OpenLoop(TimeProvider.System, rate, MostUnderWay).RunAsync(
            start,
            deadline,
            intended => random.NextDouble() < settings.Abandon ? caller.PlanAbandoned() : caller.PlanUseful(intended),
            interrupted);
    }
}
