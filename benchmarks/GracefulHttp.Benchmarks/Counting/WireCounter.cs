using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.Benchmarks.Counting;

/// <summary>Begins to count in the best way this process may.</summary>
internal static class WireCounter
{
    /// <param name="serverPort">The server's port.</param>
    /// <param name="onThisMachine">Whether the server is on this machine: only then its traffic passes through a raw TCP socket both ways.</param>
    public static IWireCounter Start(int serverPort, bool onThisMachine)
    {
        if (onThisMachine && SegmentRecorder.IsAvailable(out _))
        {
            return new SegmentWireCounter(serverPort);
        }

        return KernelTcpCounters.IsAvailable ? new KernelWireCounter(serverPort) : new NoWireCounter();
    }
}
