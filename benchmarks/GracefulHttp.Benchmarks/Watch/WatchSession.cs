using System.Diagnostics;
using System.Globalization;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.Benchmarks.Watch;

/// <summary>Shows what passes until it is told to stop, then what it was in all.</summary>
internal sealed class WatchSession(WatchedPorts ports, TextWriter output)
{
    private readonly ConnectionTracker _tracker = new(ports);

    /// <param name="interfaceIndex">The interface to look at; null for all.</param>
    /// <param name="watching">Called when from now on everything is seen.</param>
    /// <param name="stop">Ends the watch.</param>
    public async Task RunAsync(int? interfaceIndex, Action watching, CancellationToken stop)
    {
        long start = Stopwatch.GetTimestamp();
        await using SegmentTap tap = SegmentTap.Open(Show, interfaceIndex);
        watching();
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (stop.Register(stopped.SetResult))
        {
            await await Task.WhenAny(stopped.Task, tap.Ended);
        }

        TimeSpan duration = Stopwatch.GetElapsedTime(start);
        long lost = tap.Lost;

        // Its thread is the tracker's.
        await tap.DisposeAsync();
        await output.WriteLineAsync();
        foreach (string line in new WatchReport(_tracker.Summarize(), duration, lost).Lines())
        {
            await output.WriteLineAsync(line);
        }
    }

    private void Show(SegmentPacket packet)
    {
        if (_tracker.Add(WatchedEdge.Of(packet)) is { } line)
        {
            string time = TimeProvider.System.GetLocalNow().ToString("HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
            output.WriteLine($"{time}  {line}");
        }
    }
}
