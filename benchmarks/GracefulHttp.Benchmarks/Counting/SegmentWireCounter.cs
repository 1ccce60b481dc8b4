using System.Diagnostics;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.Benchmarks.Counting;

/// <summary>Counts the segments themselves.</summary>
internal sealed class SegmentWireCounter(int serverPort) : IWireCounter
{
    private readonly SegmentRecorder _recorder = SegmentRecorder.Start(RecordingDetail.CountersOnly, serverPort);
    private readonly long _start = Stopwatch.GetTimestamp();

    public CountingMethod Method => CountingMethod.Segments;

    public async Task<WireCounts> ReadAsync()
    {
        int timeWait = KernelSocketTable.TimeWaitSockets(serverPort, Stopwatch.GetElapsedTime(_start));
        try
        {
            await _recorder.SettleAsync();
        }
        catch (Exception e) when (e is InvalidOperationException or TimeoutException)
        {
            // Segments were lost. A count that is too low would be worse than none.
            return new WireCounts(null, null, null, timeWait, e.Message);
        }

        return new WireCounts(_recorder.ResetsFromClient, _recorder.ResetsFromServer, _recorder.ConnectionsOpened, timeWait);
    }

    public ValueTask DisposeAsync() => _recorder.DisposeAsync();
}
