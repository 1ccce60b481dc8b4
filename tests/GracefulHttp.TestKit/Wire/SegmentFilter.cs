using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace GracefulHttp.TestKit.Wire;

/// <summary>
/// The classic BPF program that lets the kernel hand up only what a recorder wants. Without it every data segment of
/// every test on the machine would go through the receive buffer, and a burst would overflow it.
/// </summary>
internal static class SegmentFilter
{
    private const int SolSocket = 1;
    private const int SoAttachFilter = 26;

    // An IPv4 and a TCP header, both with all their options, are 120 bytes. Payload is cut off.
    private const uint HeadersOnly = 120;

    // sock_filter.code: class | size | mode, <linux/bpf_common.h>.
    private const ushort LoadHeaderLengthIntoX = 0xb1; // ldx 4*([k]&0xf)
    private const ushort LoadByteAtXPlus = 0x50;       // ldb [x + k]
    private const ushort LoadHalfAtXPlus = 0x48;       // ldh [x + k]
    private const ushort JumpIfAnyBitSet = 0x45;       // jset #k, jt, jf
    private const ushort JumpIfEqual = 0x15;           // jeq #k, jt, jf
    private const ushort Return = 0x06;                // ret #k

    public static void Attach(Socket socket, IReadOnlyList<int> ports, bool everySegment)
    {
        Instruction[] program = Build(ports, everySegment);
        GCHandle pinned = GCHandle.Alloc(program, GCHandleType.Pinned);
        try
        {
            // struct sock_fprog { unsigned short len; struct sock_filter *filter; }; the kernel copies the program.
            Span<byte> sockFprog = stackalloc byte[2 * IntPtr.Size];
            sockFprog.Clear();
            MemoryMarshal.Write(sockFprog, (ushort)program.Length);
            MemoryMarshal.Write(sockFprog[IntPtr.Size..], pinned.AddrOfPinnedObject());
            socket.SetRawSocketOption(SolSocket, SoAttachFilter, sockFprog);
        }
        finally
        {
            pinned.Free();
        }
    }

    private static Instruction[] Build(IReadOnlyList<int> ports, bool everySegment)
    {
        // Jump distances are bytes; two comparisons per port have to fit.
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ports.Count, 100, nameof(ports));

        var program = new List<Instruction> { new(LoadHeaderLengthIntoX, 0, 0, 0) };
        int comparisons = 2 * ports.Count + 2;
        if (!everySegment)
        {
            program.Add(new(LoadByteAtXPlus, 0, 0, 13));
            program.Add(new(JumpIfAnyBitSet, 0, (byte)comparisons, (uint)(TcpControlBits.Fin | TcpControlBits.Syn | TcpControlBits.Rst)));
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

    /// <summary>struct sock_filter.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint Operand);
}
