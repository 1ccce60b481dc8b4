using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.Benchmarks.Counting;

/// <summary>Begins to count in the best way this process may.</summary>
internal static class WireCounter
{
    /// <param name="serverPort">The server's port.</param>
    /// <param name="isSeenBothWays">Whether a raw TCP socket here sees what both ends send, as it does on loopback.</param>
    public static IWireCounter Start(int serverPort, bool isSeenBothWays)
    {
        if (isSeenBothWays && SegmentRecorder.IsAvailable(out _))
        {
            return new SegmentWireCounter(serverPort);
        }

        return KernelTcpCounters.IsAvailable ? new KernelWireCounter(serverPort) : new NoWireCounter();
    }
}
