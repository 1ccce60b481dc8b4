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
        await _recorder.SettleAsync();
        return new WireCounts(
            _recorder.ResetsFromClient,
            _recorder.ResetsFromServer,
            _recorder.ConnectionsOpened,
            KernelSocketTable.TimeWaitSockets(serverPort, Stopwatch.GetElapsedTime(_start)));
    }

    public ValueTask DisposeAsync() => _recorder.DisposeAsync();
}
