using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace GracefulHttp.TestKit.Wire;

/// <summary>
/// A server whose segments are made by hand: its port keeps silent, and a SYN is answered when the test says so, be it long
/// after its client has gone. It needs Linux and the right to open raw sockets. IPv4 loopback only.
/// </summary>
/// <remarks>A listener holds the port, because the kernel would answer a SYN to a free one with RST.</remarks>
public sealed class HandmadePeer : IDisposable
{
    private const int TcpHeaderLength = 20;
    private const int TcpProtocol = 6;

    // Any will do; the client's kernel takes what the SYN-ACK says.
    private const uint InitialSequence = 1_000_000;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _raw = new(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Tcp);

    public HandmadePeer()
    {
        // Nothing that comes reaches the sockets, and nothing is answered.
        SegmentFilter.Attach(_raw, SegmentProgram.Nothing);
        SegmentFilter.Attach(_listener, SegmentProgram.Nothing);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
    }

    public int Port { get; }

    /// <summary>Answers a recorded SYN.</summary>
    public void SendSynAck(in Segment syn) => Send(syn, TcpControlBits.Syn | TcpControlBits.Ack, InitialSequence, syn.Sequence + 1);

    /// <summary>Acknowledges a recorded FIN, and ends this side too.</summary>
    public void SendFin(in Segment fin) =>
        Send(fin, TcpControlBits.Fin | TcpControlBits.Ack, InitialSequence + 1, fin.Sequence + (uint)fin.PayloadLength + 1);

    public void Dispose()
    {
        _listener.Dispose();
        _raw.Dispose();
    }

    private void Send(in Segment answered, TcpControlBits flags, uint sequence, uint acknowledgment)
    {
        byte[] header = new byte[TcpHeaderLength];
        BinaryPrimitives.WriteUInt16BigEndian(header, (ushort)Port);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)answered.ClientPort);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), sequence);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(8), acknowledgment);
        header[12] = TcpHeaderLength / 4 << 4;
        header[13] = (byte)flags;
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(14), ushort.MaxValue); // window
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(16), Checksum(header));

        // The kernel puts the IP header before it.
        _raw.SendTo(header, new IPEndPoint(IPAddress.Loopback, 0));
    }

    /// <summary>RFC 9293 §3.1: over the header and a pseudo header of addresses, protocol and length.</summary>
    private static ushort Checksum(ReadOnlySpan<byte> header)
    {
        byte[] loopback = IPAddress.Loopback.GetAddressBytes();
        byte[] pseudo = [.. loopback, .. loopback, 0, TcpProtocol, 0, TcpHeaderLength, .. header];
        uint sum = 0;
        for (int i = 0; i < pseudo.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(pseudo.AsSpan(i));
        }

        while (sum > ushort.MaxValue)
        {
            sum = (sum & ushort.MaxValue) + (sum >> 16);
        }

        return (ushort)~sum;
    }
}
