using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Micro.Linger;

/// <summary>What lingering connections cost over one protocol.</summary>
/// <param name="Protocol">What was spoken.</param>
/// <param name="Connections">How many lingered at once.</param>
/// <param name="Before">Before the first request, with everything warmed up.</param>
/// <param name="Waiting">With every request on its way, and nothing abandoned.</param>
/// <param name="Lingering">With all of them lingering.</param>
/// <param name="SocketsAfterLook">Sockets when the look at the lingering ones was over.</param>
/// <param name="After">When all are gone.</param>
/// <param name="GoneAfter">From abandonment until no connection was left; null where some were left long after the time-out.</param>
/// <param name="Outcomes">How they ended.</param>
internal sealed record LingerRow(
    WireProtocol Protocol,
    int Connections,
    ProcessState Before,
    ProcessState Waiting,
    ProcessState Lingering,
    int SocketsAfterLook,
    ProcessState After,
    TimeSpan? GoneAfter,
    IReadOnlyDictionary<string, int> Outcomes)
{
    public double BytesPerWaiting => (Waiting.ManagedBytes - Before.ManagedBytes) / (double)Connections;

    public double BytesPerLingering => (Lingering.ManagedBytes - Before.ManagedBytes) / (double)Connections;

    /// <summary>Over those that were there when nothing lingered: a pool that has woken up is not the lingers' doing.</summary>
    public int MoreThreads => Lingering.Threads - Math.Max(Before.Threads, Waiting.Threads);

    /// <summary>Whether the memory is that of all of them, from the first look to the last.</summary>
    public bool AllLingered =>
        Lingering.HalfClosed == Connections
        && Lingering.Sockets == Before.Sockets + Connections
        && SocketsAfterLook == Lingering.Sockets;

    public bool AllGone => GoneAfter is not null && After.Sockets == Before.Sockets;
}
