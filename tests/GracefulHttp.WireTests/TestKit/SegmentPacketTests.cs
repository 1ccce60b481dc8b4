using System.Net;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.WireTests.TestKit;

/// <summary>Packets made by hand.</summary>
public sealed class SegmentPacketTests
{
    // 258 → 80, sequence 1, acknowledgment 2, RST ACK, header of 24 bytes (one option word), "gone".
    private static readonly byte[] Tcp =
        [0x01, 0x02, 0x00, 0x50, 0, 0, 0, 1, 0, 0, 0, 2, 0x60, 0x14, 0xff, 0xff, 0, 0, 0, 0, 1, 1, 1, 1, (byte)'g', (byte)'o', (byte)'n', (byte)'e'];

    [Theory]
    [InlineData(20)]
    [InlineData(24)] // with an option
    public void TryRead_IPv4_IsRead(int header) => ShouldBeTheSegment(IPv4(header), "10.0.0.1", "10.0.0.2");

    [Fact]
    public void TryRead_IPv6_IsRead() => ShouldBeTheSegment(IPv6(), "fe80::1", "fe80::2");

    [Fact]
    public void TryRead_PayloadIsCutOff_LengthIsThatOfTheSegment()
    {
        SegmentPacket.TryRead(IPv6().AsSpan()[..^2], out SegmentPacket segment).ShouldBeTrue();

        segment.PayloadLength.ShouldBe(4);
        segment.Payload.SequenceEqual("go"u8).ShouldBeTrue();
    }

    [Fact]
    public void TryRead_PaddingFollows_IsNoPayload()
    {
        SegmentPacket.TryRead([.. IPv4(20), 0, 0], out SegmentPacket segment).ShouldBeTrue();

        segment.Payload.SequenceEqual("gone"u8).ShouldBeTrue();
    }

    [Fact]
    public void TryRead_HeadersAreCutOff_IsFalse()
    {
        foreach (byte[] packet in (byte[][])[IPv4(20), IPv6()])
        {
            for (int length = 0; length < packet.Length - Tcp.Length + 20; length++)
            {
                SegmentPacket.TryRead(packet.AsSpan(0, length), out _).ShouldBeFalse($"{length} bytes");
            }
        }
    }

    [Fact]
    public void TryRead_NotTcp_IsFalse()
    {
        const byte Udp = 17;
        byte[] four = IPv4(20), six = IPv6(), unknown = IPv4(20);
        (four[9], six[6], unknown[0]) = (Udp, Udp, 0x55);

        foreach (byte[] packet in (byte[][])[four, six, unknown])
        {
            SegmentPacket.TryRead(packet, out _).ShouldBeFalse();
        }
    }

    private static void ShouldBeTheSegment(byte[] packet, string source, string destination)
    {
        SegmentPacket.TryRead(packet, out SegmentPacket segment).ShouldBeTrue();

        segment.Source.ShouldBe(new IPEndPoint(IPAddress.Parse(source), 258));
        segment.Destination.ShouldBe(new IPEndPoint(IPAddress.Parse(destination), 80));
        (segment.Sequence, segment.Acknowledgment).ShouldBe((1u, 2u));
        segment.Flags.Names().ShouldBe("RST ACK");
        segment.PayloadLength.ShouldBe(4);
        segment.Payload.SequenceEqual("gone"u8).ShouldBeTrue();
    }

    private static byte[] IPv4(int header)
    {
        byte[] ip = new byte[header];
        ip[0] = (byte)(0x40 | (header / 4));
        ip[3] = (byte)(header + Tcp.Length);
        ip[9] = 6;
        IPAddress.Parse("10.0.0.1").GetAddressBytes().CopyTo(ip, 12);
        IPAddress.Parse("10.0.0.2").GetAddressBytes().CopyTo(ip, 16);
        return [.. ip, .. Tcp];
    }

    private static byte[] IPv6()
    {
        byte[] ip = new byte[40];
        ip[0] = 0x60;
        ip[5] = (byte)Tcp.Length;
        ip[6] = 6;
        IPAddress.Parse("fe80::1").GetAddressBytes().CopyTo(ip, 8);
        IPAddress.Parse("fe80::2").GetAddressBytes().CopyTo(ip, 24);
        return [.. ip, .. Tcp];
    }
}
