using System.Net;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.Benchmarks.Watch;

/// <summary>One segment with SYN, FIN or RST, as the tracker is given it.</summary>
/// <param name="Source">Who sent it.</param>
/// <param name="Destination">To whom.</param>
/// <param name="Flags">Its control bits.</param>
/// <param name="Sequence">Its sequence number.</param>
/// <param name="Acknowledgment">The next one that its sender expects.</param>
/// <param name="Payload">The first bytes of what it carries.</param>
/// <param name="PayloadLength">How many it carries in all.</param>
internal readonly record struct WatchedEdge(
    IPEndPoint Source, IPEndPoint Destination, TcpControlBits Flags, uint Sequence, uint Acknowledgment, byte[] Payload, int PayloadLength)
{
    public bool IsSyn => (Flags & (TcpControlBits.Syn | TcpControlBits.Ack)) == TcpControlBits.Syn;

    public bool IsSynAck => (Flags & (TcpControlBits.Syn | TcpControlBits.Ack)) == (TcpControlBits.Syn | TcpControlBits.Ack);

    public bool IsFin => (Flags & TcpControlBits.Fin) != 0;

    public bool IsReset => (Flags & TcpControlBits.Rst) != 0;

    /// <summary>What acknowledges it, a FIN being the last byte.</summary>
    public uint End => Sequence + (uint)PayloadLength + 1;

    /// <remarks>A FIN may carry much; only what a RST carries is text for somebody.</remarks>
    public static WatchedEdge Of(SegmentPacket packet) => new(
        packet.Source,
        packet.Destination,
        packet.Flags,
        packet.Sequence,
        packet.Acknowledgment,
        (packet.Flags & TcpControlBits.Rst) != 0 ? packet.Payload.ToArray() : [],
        packet.PayloadLength);
}
