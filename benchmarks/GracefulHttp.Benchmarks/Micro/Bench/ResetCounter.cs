using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.Benchmarks.Micro.Bench;

/// <summary>RSTs that this network namespace sent while a benchmark ran, by the kernel's count.</summary>
internal sealed class ResetCounter
{
    private long _before;

    public static bool IsAvailable => KernelTcpCounters.IsAvailable;

    public void Begin() => _before = KernelTcpCounters.Read().ResetsSent;

    /// <returns>How many were sent since.</returns>
    public long End() => KernelTcpCounters.Read().ResetsSent - _before;
}
