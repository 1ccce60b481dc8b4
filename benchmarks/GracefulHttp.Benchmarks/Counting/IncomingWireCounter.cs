using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.Benchmarks.Counting;

/// <summary>Counts what comes from a server on another host one by one, and lets the kernel count what is sent there.</summary>
internal sealed class IncomingWireCounter(int serverPort) : IWireCounter
{
    private readonly SegmentRecorder _recorder = SegmentRecorder.Start(RecordingDetail.CountersOnly, serverPort);
    private readonly KernelWireCounter _kernel = new(serverPort);

    public CountingMethod Method => CountingMethod.BothEnds;

    public (long? ConnectionsOpened, long? TimeWait) Peek() => (null, null);

    public async Task<WireCounts> ReadAsync()
    {
        WireCounts kernel = await _kernel.ReadAsync();
        try
        {
            await _recorder.SettleAsync();
            return kernel with { ResetsFromServer = _recorder.ResetsFromServer };
        }
        catch (Exception e) when (e is InvalidOperationException or TimeoutException)
        {
            return kernel with { Problem = e.Message };
        }
    }

    public ValueTask DisposeAsync() => _recorder.DisposeAsync();
}
