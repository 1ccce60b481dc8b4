namespace GracefulHttp.TestKit.Wire;

/// <summary>
/// Sees every SYN, FIN and RST that this network namespace sends or receives, over IPv4 and IPv6, on any interface, each once.
/// It needs Linux and root, or CAP_NET_RAW.
/// </summary>
/// <remarks>
/// A segment that passes several interfaces of one machine (a bridge and what is connected to it) is seen on each: choose one.
/// What is handed over refers to a buffer that is used again.
/// </remarks>
public sealed class SegmentTap : IAsyncDisposable
{
    private readonly SegmentSocket _socket;

    private SegmentTap(SegmentSocket socket) => _socket = socket;

    /// <summary>Segments that the kernel could not hand over because the receive buffer was full.</summary>
    public long Lost => _socket.Lost;

    /// <summary>Ends when nothing is seen any more, be it that this was disposed or that something failed.</summary>
    public Task Ended => _socket.Ended;

    /// <summary>Whether this process may see segments, and if not, why.</summary>
    public static bool IsAvailable(out string whyNot) => SegmentSocket.MaySeeEdges(out whyNot);

    /// <summary>Sees everything from now on, and calls <paramref name="seen"/> on one thread.</summary>
    /// <param name="seen">What becomes of each segment.</param>
    /// <param name="interfaceIndex">The interface to look at; null for all of them.</param>
    public static SegmentTap Open(Action<SegmentPacket> seen, int? interfaceIndex = null)
    {
        ArgumentNullException.ThrowIfNull(seen);
        SegmentSocket socket = SegmentSocket.OfEdges(interfaceIndex);
        socket.Start(packet =>
        {
            if (SegmentPacket.TryRead(packet, out SegmentPacket segment))
            {
                seen(segment);
            }
        });
        return new SegmentTap(socket);
    }

    public ValueTask DisposeAsync() => _socket.DisposeAsync();
}
