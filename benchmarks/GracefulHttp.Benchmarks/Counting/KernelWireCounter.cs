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

    public Task<WireCounts> ReadAsync()
    {
        KernelTcpCounters counted = KernelTcpCounters.Read() - _before;
        int timeWait = KernelSocketTable.TimeWaitSockets(serverPort, Stopwatch.GetElapsedTime(_start));
        return Task.FromResult(new WireCounts(counted.ResetsSent, ResetsFromServer: null, ConnectionsOpened: null, timeWait));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
