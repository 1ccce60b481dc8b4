using System.Diagnostics;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.Benchmarks.Counting;

/// <summary>Reads what the kernel counted in this network namespace.</summary>
internal sealed class KernelWireCounter(int serverPort) : IWireCounter
{
    private readonly KernelTcpCounters _before = KernelTcpCounters.Read();
    private readonly long _start = Stopwatch.GetTimestamp();

    public CountingMethod Method =>
        PrivateNetwork.IsInside ? CountingMethod.KernelOwnNamespace : CountingMethod.KernelWholeMachine;

    public (long? ConnectionsOpened, long? TimeWait) Peek() => (null, null);

    public Task<WireCounts> ReadAsync() => Task.FromResult(new WireCounts(
        KernelResets: ResetsSoFar(),
        KernelIsShared: !PrivateNetwork.IsInside,
        TimeWait: KernelSocketTable.TimeWaitSockets(serverPort, Stopwatch.GetElapsedTime(_start))));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal long ResetsSoFar() => (KernelTcpCounters.Read() - _before).ResetsSent;
}
