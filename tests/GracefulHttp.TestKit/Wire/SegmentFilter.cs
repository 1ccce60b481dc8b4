using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace GracefulHttp.TestKit.Wire;

/// <summary>
/// Hands a classic BPF program to the kernel, which then hands up only what is wanted. Without it every data segment of
/// everybody on the machine would go through the receive buffer, and a burst would overflow it.
/// </summary>
internal static class SegmentFilter
{
    private const int SolSocket = 1;
    private const int SoAttachFilter = 26;

    /// <summary>Replaces the program that the socket has, if any.</summary>
    public static void Attach(Socket socket, SegmentInstruction[] program)
    {
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
}
