using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.Benchmarks.Counting;

/// <summary>Counts the segments themselves, and asks the kernel as well.</summary>
/// <param name="serverPort">Where the client connects to.</param>
/// <param name="behindRelay">Where the server is, when that is a relay's port.</param>
internal sealed class SegmentWireCounter(int serverPort, int? behindRelay) : IWireCounter
{
    private readonly SegmentRecorder _recorder = SegmentRecorder.Start(RecordingDetail.CountersOnly, serverPort);

    private readonly SegmentRecorder? _behindRelay =
        behindRelay is { } port ? SegmentRecorder.Start(RecordingDetail.CountersOnly, port) : null;

    private readonly KernelWireCounter _kernel = new(serverPort);

    public CountingMethod Method => CountingMethod.Segments;

    public (long? ConnectionsOpened, long? TimeWait) Peek() => (_recorder.ConnectionsOpened, _recorder.ConnectionsEndedByClient);

    public async Task<WireCounts> ReadAsync()
    {
        WireCounts kernel = await _kernel.ReadAsync();
        try
        {
            await _recorder.SettleAsync();
            await (_behindRelay?.SettleAsync() ?? Task.CompletedTask);
        }
        catch (Exception e) when (e is InvalidOperationException or TimeoutException)
        {
            // Segments were lost. A count that is too low would be worse than none.
            return new WireCounts(TimeWait: kernel.TimeWait, Problem: e.Message);
        }

        return kernel with
        {
            ResetsFromClient = _recorder.ResetsFromClient,
            ResetsFromServer = _recorder.ResetsFromServer,
            KernelResets = _kernel.ResetsSoFar(),
            ConnectionsOpened = _recorder.ConnectionsOpened,
            BehindRelay = _behindRelay is null ? null : new RelayedResets(_behindRelay.ResetsFromClient, _behindRelay.ResetsFromServer),
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _recorder.DisposeAsync();
        await (_behindRelay?.DisposeAsync() ?? ValueTask.CompletedTask);
    }
}
