using System.Net.Sockets;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.WireTests.TestKit;

/// <summary>The oracles that need no root: the kernel's counters and its list of sockets.</summary>
public sealed class KernelOracleTests : IDisposable
{
    private readonly LoopbackPair _pair = new();

    public KernelOracleTests() => Assert.SkipUnless(KernelTcpCounters.IsAvailable, "the kernel's counters are in Linux's /proc/net");

    public void Dispose() => _pair.Dispose();

    [Fact]
    public void KernelTcpCounters_UnreadDataAtClose_CountTheReset()
    {
        _pair.Connect();
        KernelTcpCounters before = KernelTcpCounters.Read();

        _pair.Server.Send(new byte[1]);
        _pair.Client.Poll(TimeSpan.FromSeconds(10), SelectMode.SelectRead).ShouldBeTrue();
        _pair.Client.Close();
        KernelTcpCounters counted = KernelTcpCounters.Read() - before;

        // At least: they count the whole network namespace, and other tests run in it.
        counted.ResetsSent.ShouldBeGreaterThanOrEqualTo(1);
        counted.AbortsOnClose.ShouldBeGreaterThanOrEqualTo(1);
    }

    [Fact]
    public void KernelSocketTable_ConnectionClosedByTheClientFirst_IsOpenThenInTimeWait()
    {
        (int openBefore, int timeWaitBefore) = CountSockets();

        _pair.Connect();
        CountSockets().ShouldBe((openBefore + 1, timeWaitBefore));

        _pair.Client.Shutdown(SocketShutdown.Send);
        _pair.Server.Receive(new byte[1]).ShouldBe(0);
        _pair.Server.Shutdown(SocketShutdown.Send);
        _pair.Client.Receive(new byte[1]).ShouldBe(0);
        CountSockets().ShouldBe((openBefore, timeWaitBefore + 1));
    }

    [Fact]
    public void KernelSocketTable_ConnectionReset_LeavesNothing()
    {
        (int Open, int TimeWait) before = CountSockets();
        _pair.Connect();

        _pair.Client.LingerState = new LingerOption(true, 0);
        _pair.Client.Close();

        CountSockets().ShouldBe(before);
    }

    private (int Open, int TimeWait) CountSockets() =>
        (KernelSocketTable.OpenSockets(_pair.Port), KernelSocketTable.TimeWaitSockets(_pair.Port));
}
