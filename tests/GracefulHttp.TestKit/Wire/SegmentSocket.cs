using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace GracefulHttp.TestKit.Wire;

/// <summary>The raw socket of a recorder: what it lets through, how much it holds, and whether it lost anything.</summary>
internal sealed class SegmentSocket : IDisposable
{
    private const int SolSocket = 1;
    private const int SoReceiveBufferForce = 33;
    private const int SoMemoryInfo = 55;
    private const int MemoryInfoDrops = 8;
    private const int WantedReceiveBuffer = 64 * 1024 * 1024;

    private readonly Socket _socket = OpenRaw();
    private readonly long _lostBeforeFilter;

    public SegmentSocket(IReadOnlyList<int> ports, bool everySegment)
    {
        // In this order: until there is a filter, everything on the machine comes in.
        EnlargeReceiveBuffer();
        SegmentFilter.Attach(_socket, ports, everySegment);
        _lostBeforeFilter = ReadDrops();
    }

    /// <summary>Segments that found the receive buffer full.</summary>
    public long Lost => ReadDrops() - _lostBeforeFilter;

    public static bool IsAvailable(out string whyNot)
    {
        whyNot = "";
        if (!OperatingSystem.IsLinux())
        {
            whyNot = "recording segments needs a Linux raw socket";
            return false;
        }

        try
        {
            OpenRaw().Dispose();
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AccessDenied or SocketError.ProtocolNotSupported)
        {
            whyNot = $"recording segments needs a raw socket (root or CAP_NET_RAW): {e.Message}";
            return false;
        }
    }

    /// <summary>Blocks until there is a packet, from its IP header on; throws when the socket has been disposed.</summary>
    public int Receive(byte[] buffer) => _socket.Receive(buffer);

    public void Dispose() => _socket.Dispose();

    private static Socket OpenRaw() => new(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Tcp);

    private long ReadDrops()
    {
        Span<byte> info = stackalloc byte[9 * sizeof(uint)];
        _socket.GetRawSocketOption(SolSocket, SoMemoryInfo, info);
        return MemoryMarshal.Cast<byte, uint>(info)[MemoryInfoDrops];
    }

    private void EnlargeReceiveBuffer()
    {
        try
        {
            // Past net.core.rmem_max, which CAP_NET_ADMIN allows.
            _socket.SetRawSocketOption(SolSocket, SoReceiveBufferForce, BitConverter.GetBytes(WantedReceiveBuffer));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AccessDenied)
        {
            _socket.ReceiveBufferSize = WantedReceiveBuffer;
        }
    }
}
