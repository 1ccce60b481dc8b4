using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.Benchmarks.Counting;

/// <summary>Begins to count in the best way this process may.</summary>
internal static class WireCounter
{
    /// <param name="serverPort">Where the client connects to.</param>
    /// <param name="behindRelay">Where the server is, when that is a relay's port.</param>
    /// <param name="sight">What a raw TCP socket here sees.</param>
    public static IWireCounter Start(int serverPort, int? behindRelay, Sight sight)
    {
        if (sight != Sight.None && SegmentRecorder.IsAvailable(out _))
        {
            return sight == Sight.BothWays ? new SegmentWireCounter(serverPort, behindRelay) : new IncomingWireCounter(serverPort);
        }

        return KernelTcpCounters.IsAvailable ? new KernelWireCounter(serverPort) : new NoWireCounter();
    }
}
