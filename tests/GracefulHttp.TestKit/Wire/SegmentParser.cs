using System.Buffers.Binary;
using System.Diagnostics;

namespace GracefulHttp.TestKit.Wire;

/// <summary>Reads the headers that a raw socket delivers: IPv4 (RFC 791), then TCP (RFC 9293).</summary>
internal static class SegmentParser
{
    private const int MinTcpHeader = 20;

    /// <summary>False where the packet is no TCP segment of one of the ports.</summary>
    public static bool TryParse(ReadOnlySpan<byte> packet, ReadOnlySpan<int> serverPorts, out Segment segment)
    {
        segment = default;
        if (packet.IsEmpty)
        {
            return false;
        }

        int ipHeader = (packet[0] & 0x0f) * 4;
        if (packet.Length < ipHeader + MinTcpHeader)
        {
            return false;
        }

        ReadOnlySpan<byte> tcp = packet[ipHeader..];
        int source = BinaryPrimitives.ReadUInt16BigEndian(tcp);
        int destination = BinaryPrimitives.ReadUInt16BigEndian(tcp[2..]);
        bool fromClient = serverPorts.Contains(destination);
        if (!fromClient && !serverPorts.Contains(source))
        {
            return false;
        }

        int total = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        int tcpHeader = (tcp[12] >> 4) * 4;
        segment = new Segment(
            Stopwatch.GetTimestamp(),
            ServerPort: fromClient ? destination : source,
            ClientPort: fromClient ? source : destination,
            fromClient,
            (TcpControlBits)(tcp[13] & 0x3f),
            BinaryPrimitives.ReadUInt32BigEndian(tcp[4..]),
            BinaryPrimitives.ReadUInt32BigEndian(tcp[8..]),
            total - ipHeader - tcpHeader);
        return true;
    }
}
