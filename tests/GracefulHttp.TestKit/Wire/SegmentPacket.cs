using System.Buffers.Binary;
using System.Net;

namespace GracefulHttp.TestKit.Wire;

/// <summary>One TCP segment as it was captured, from its IP header on: IPv4 (RFC 791) or IPv6 (RFC 8200), then TCP (RFC 9293).</summary>
/// <remarks>It refers to the buffer it was read from.</remarks>
public readonly ref struct SegmentPacket
{
    private const int MinIpv4Header = 20;
    private const int Ipv6Header = 40;
    private const int MinTcpHeader = 20;
    private const byte TcpProtocol = 6;

    private readonly ReadOnlySpan<byte> _source;
    private readonly ReadOnlySpan<byte> _destination;
    private readonly ReadOnlySpan<byte> _tcp;

    private SegmentPacket(ReadOnlySpan<byte> source, ReadOnlySpan<byte> destination, ReadOnlySpan<byte> tcp, int length)
    {
        _source = source;
        _destination = destination;
        _tcp = tcp;
        int header = (tcp[12] >> 4) * 4;
        PayloadLength = length - header;
        Payload = tcp[Math.Min(header, tcp.Length)..];
        Payload = Payload[..Math.Clamp(PayloadLength, 0, Payload.Length)];
    }

    public int SourcePort => BinaryPrimitives.ReadUInt16BigEndian(_tcp);

    public int DestinationPort => BinaryPrimitives.ReadUInt16BigEndian(_tcp[2..]);

    public IPEndPoint Source => new(new IPAddress(_source), SourcePort);

    public IPEndPoint Destination => new(new IPAddress(_destination), DestinationPort);

    public uint Sequence => BinaryPrimitives.ReadUInt32BigEndian(_tcp[4..]);

    public uint Acknowledgment => BinaryPrimitives.ReadUInt32BigEndian(_tcp[8..]);

    public TcpControlBits Flags => (TcpControlBits)(_tcp[13] & 0x3f);

    /// <summary>How many bytes it carries.</summary>
    public int PayloadLength { get; }

    /// <summary>Those of them that were captured.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>False where the packet is no TCP segment, or the first of its bytes are missing.</summary>
    public static bool TryRead(ReadOnlySpan<byte> packet, out SegmentPacket segment)
    {
        segment = default;
        switch (packet.IsEmpty ? 0 : packet[0] >> 4)
        {
            case 4 when packet.Length >= MinIpv4Header && packet[9] == TcpProtocol:
                int header = (packet[0] & 0x0f) * 4;
                return TryRead(packet[12..16], packet[16..20], packet, header, BinaryPrimitives.ReadUInt16BigEndian(packet[2..]) - header, out segment);
            // Extension headers between IPv6 and TCP are not looked behind; hardly anybody sends any.
            case 6 when packet.Length >= Ipv6Header && packet[6] == TcpProtocol:
                return TryRead(packet[8..24], packet[24..40], packet, Ipv6Header, BinaryPrimitives.ReadUInt16BigEndian(packet[4..]), out segment);
            default:
                return false;
        }
    }

    private static bool TryRead(
        ReadOnlySpan<byte> source, ReadOnlySpan<byte> destination, ReadOnlySpan<byte> packet, int header, int length, out SegmentPacket segment)
    {
        bool isWhole = packet.Length >= header + MinTcpHeader;
        segment = isWhole ? new SegmentPacket(source, destination, packet[header..], length) : default;
        return isWhole;
    }
}
