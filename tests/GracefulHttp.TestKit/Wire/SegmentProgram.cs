namespace GracefulHttp.TestKit.Wire;

/// <summary>The BPF programs that sockets which see segments are given.</summary>
internal static class SegmentProgram
{
    // An IPv4 and a TCP header, both with all their options, are 120 bytes. Payload is cut off.
    private const uint HeadersOnly = 120;

    // The headers, and the first words of what a segment carries.
    private const uint HeadersAndSome = 512;

    private const uint Edges = (uint)(TcpControlBits.Fin | TcpControlBits.Syn | TcpControlBits.Rst);

    // sock_filter.code: class | size | mode, <linux/bpf_common.h>.
    private const ushort LoadHeaderLengthIntoX = 0xb1; // ldx 4*([k]&0xf)
    private const ushort LoadIntoX = 0x01;             // ldx #k
    private const ushort LoadWordAt = 0x20;            // ld [k]
    private const ushort LoadHalfAt = 0x28;            // ldh [k]
    private const ushort LoadByteAt = 0x30;            // ldb [k]
    private const ushort LoadByteAtXPlus = 0x50;       // ldb [x + k]
    private const ushort LoadHalfAtXPlus = 0x48;       // ldh [x + k]
    private const ushort And = 0x54;                   // and #k
    private const ushort JumpIfAnyBitSet = 0x45;       // jset #k, jt, jf
    private const ushort JumpIfEqual = 0x15;           // jeq #k, jt, jf
    private const ushort Return = 0x06;                // ret #k

    // Loads at these "offsets" ask the kernel about the packet: SKF_AD_OFF + SKF_AD_…, <linux/filter.h>.
    private const uint PacketType = unchecked((uint)(-0x1000 + 4));
    private const uint InterfaceIndex = unchecked((uint)(-0x1000 + 8));
    private const uint InterfaceType = unchecked((uint)(-0x1000 + 28));
    private const uint Outgoing = 4;   // PACKET_OUTGOING, <linux/if_packet.h>
    private const uint Loopback = 772; // ARPHRD_LOOPBACK, <linux/if_arp.h>

    /// <summary>Lets nothing through.</summary>
    public static SegmentInstruction[] Nothing { get; } = [new(Return, 0, 0, 0)];

    /// <summary>For a raw IPv4 socket: the segments from and to the ports; all of them, or those with SYN, FIN or RST.</summary>
    public static SegmentInstruction[] OfPorts(IReadOnlyList<int> ports, bool everySegment)
    {
        // Jump distances are bytes; two comparisons per port have to fit.
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ports.Count, 100, nameof(ports));

        var program = new List<SegmentInstruction> { new(LoadHeaderLengthIntoX, 0, 0, 0) };
        int comparisons = 2 * ports.Count + 2;
        if (!everySegment)
        {
            program.Add(new(LoadByteAtXPlus, 0, 0, 13));
            program.Add(new(JumpIfAnyBitSet, 0, (byte)comparisons, Edges));
        }

        int reject = program.Count + comparisons;
        foreach (uint portOffset in (uint[])[0, 2])
        {
            program.Add(new(LoadHalfAtXPlus, 0, 0, portOffset));
            foreach (int port in ports)
            {
                program.Add(new(JumpIfEqual, (byte)(reject - program.Count), 0, (uint)port));
            }
        }

        program.Add(new(Return, 0, 0, 0));
        program.Add(new(Return, 0, 0, HeadersOnly));
        return [.. program];
    }

    /// <summary>For a packet socket: the segments with SYN, FIN or RST of IPv4 and IPv6, each once, of one interface or of all.</summary>
    public static SegmentInstruction[] OfEdges(int? interfaceIndex)
    {
        SegmentInstruction[] ofInterface = interfaceIndex is { } index ? [new(LoadWordAt, 0, 0, InterfaceIndex), new(JumpIfEqual, 0, 18, (uint)index)] : [];
        return
        [
            .. ofInterface,

            // On loopback a packet passes twice: as sent, and as received.
            new(LoadHalfAt, 0, 0, InterfaceType),
            new(JumpIfEqual, 0, 2, Loopback),
            new(LoadByteAt, 0, 0, PacketType),
            new(JumpIfEqual, 14, 0, Outgoing),

            // The IP version is the upper half of the first byte.
            new(LoadByteAt, 0, 0, 0),
            new(And, 0, 0, 0xf0),
            new(JumpIfEqual, 3, 0, 0x60),
            new(JumpIfEqual, 0, 10, 0x40),

            // IPv4 carries TCP.
            new(LoadByteAt, 0, 0, 9),
            new(JumpIfEqual, 3, 8, 6),

            // IPv6 carries TCP, with nothing in between.
            new(LoadByteAt, 0, 0, 6),
            new(LoadIntoX, 0, 0, 40),
            new(JumpIfEqual, 3, 5, 6),

            // IPv4 again: a later fragment has no TCP header.
            new(LoadHalfAt, 0, 0, 6),
            new(JumpIfAnyBitSet, 3, 0, 0x1fff),
            new(LoadHeaderLengthIntoX, 0, 0, 0),

            new(LoadByteAtXPlus, 0, 0, 13),
            new(JumpIfAnyBitSet, 1, 0, Edges),
            new(Return, 0, 0, 0),
            new(Return, 0, 0, HeadersAndSome),
        ];
    }
}
