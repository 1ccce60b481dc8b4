using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.Benchmarks.Counting;

/// <summary>Begins to count in the best way this process may.</summary>
internal static class WireCounter
{
    /// <param name="serverPort">Where the client connects to.</param>
    /// <param name="behindRelay">Where the server is, when that is a relay's port.</param>
    /// <param name="isSeenBothWays">Whether a raw TCP socket here sees what both ends send, as it does on loopback.</param>
    public static IWireCounter Start(int serverPort, int? behindRelay, bool isSeenBothWays)
    {
        if (isSeenBothWays && SegmentRecorder.IsAvailable(out _))
        {
            return new SegmentWireCounter(serverPort, behindRelay);
        }

        return KernelTcpCounters.IsAvailable ? new KernelWireCounter(serverPort) : new NoWireCounter();
    }
}
