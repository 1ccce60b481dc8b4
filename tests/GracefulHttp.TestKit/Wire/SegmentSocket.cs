using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace GracefulHttp.TestKit.Wire;

/// <summary>The socket that segments are seen through: what it lets in, how much it holds, and whether it lost anything.</summary>
internal sealed class SegmentSocket : IAsyncDisposable
{
    private const int SolSocket = 1;
    private const int SoReceiveBufferForce = 33;
    private const int SoMemoryInfo = 55;
    private const int MemoryInfoDrops = 8;
    private const int WantedReceiveBuffer = 64 * 1024 * 1024;
    private const int LargestCapture = 512;

    // ETH_P_ALL of <linux/if_ether.h>, in network byte order: what goes out is handed only to who wants every protocol.
    private const ProtocolType EveryProtocol = (ProtocolType)0x0300;

    // Disposing a raw socket wakes who waits for it; disposing a packet socket waits for the one who waits.
    private const int LongestWaitInMilliseconds = 100;

    private readonly Socket _socket;
    private readonly long _lostBeforeFilter;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _disposed;

    private SegmentSocket(Socket socket, SegmentInstruction[] program)
    {
        _socket = socket;
        _socket.ReceiveTimeout = LongestWaitInMilliseconds;

        // In this order: until there is a filter, everything on the machine comes in.
        EnlargeReceiveBuffer();
        SegmentFilter.Attach(_socket, SegmentProgram.Nothing);
        Drain();
        _lostBeforeFilter = ReadDrops();
        SegmentFilter.Attach(_socket, program);
    }

    /// <summary>Segments that found the receive buffer full.</summary>
    public long Lost => ReadDrops() - _lostBeforeFilter;

    /// <summary>Ends when nothing is received any more, be it that the socket was disposed or that it failed.</summary>
    public Task Ended => _ended.Task;

    /// <summary>What this namespace receives of the ports' connections over IPv4: on loopback, both directions.</summary>
    public static SegmentSocket OfPorts(IReadOnlyList<int> ports, bool everySegment) => new(OpenRaw(), SegmentProgram.OfPorts(ports, everySegment));

    /// <summary>Every SYN, FIN and RST that this namespace sends or receives, over IPv4 and IPv6, on one interface or on all.</summary>
    public static SegmentSocket OfEdges(int? interfaceIndex) => new(OpenPacket(), SegmentProgram.OfEdges(interfaceIndex));

    /// <summary>Whether this process may see what <see cref="OfPorts"/> shows, and if not, why.</summary>
    public static bool MaySeePorts(out string whyNot) => IsAvailable("a raw socket", OpenRaw, out whyNot);

    /// <summary>Whether this process may see what <see cref="OfEdges"/> shows, and if not, why.</summary>
    public static bool MaySeeEdges(out string whyNot) => IsAvailable("a packet socket", OpenPacket, out whyNot);

    /// <summary>
    /// Hands over each packet, from its IP header on, on a thread of its own, so that a starved thread pool delays none and
    /// the receive buffer stays short.
    /// </summary>
    public void Start(Action<ReadOnlySpan<byte>> seen) =>
        new Thread(() => Receive(seen)) { IsBackground = true, Name = "segment socket" }.Start();

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _socket.Dispose();
        await Ended;
    }

    private static Socket OpenRaw() => new(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Tcp);

    private static Socket OpenPacket() => new(AddressFamily.Packet, SocketType.Dgram, EveryProtocol);

    private static bool IsAvailable(string what, Func<Socket> open, out string whyNot)
    {
        whyNot = "";
        if (!OperatingSystem.IsLinux())
        {
            whyNot = $"recording segments needs {what} of Linux";
            return false;
        }

        try
        {
            open().Dispose();
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode
            is SocketError.AccessDenied or SocketError.ProtocolNotSupported or SocketError.AddressFamilyNotSupported)
        {
            whyNot = $"recording segments needs {what} (root or CAP_NET_RAW): {e.Message}";
            return false;
        }
    }

    private void Receive(Action<ReadOnlySpan<byte>> seen)
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(LargestCapture, pinned: true);
        try
        {
            while (!_disposed)
            {
                int length = _socket.Receive(buffer, SocketFlags.None, out SocketError error);
                if (error == SocketError.Success)
                {
                    seen(buffer.AsSpan(0, length));
                }
                else if (!_disposed && error is not (SocketError.TimedOut or SocketError.WouldBlock or SocketError.NetworkDown))
                {
                    throw new SocketException((int)error);
                }
            }

            _ended.SetResult();
        }
        catch (ObjectDisposedException) when (_disposed)
        {
            _ended.SetResult();
        }
        catch (Exception e)
        {
            _ended.SetException(e);
        }
    }

    /// <summary>What came in before there was a filter.</summary>
    private void Drain()
    {
        Span<byte> buffer = stackalloc byte[1];
        while (_socket.Poll(0, SelectMode.SelectRead))
        {
            // Of a datagram that does not fit, the rest is thrown away.
            _socket.Receive(buffer, SocketFlags.None, out _);
        }
    }

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
