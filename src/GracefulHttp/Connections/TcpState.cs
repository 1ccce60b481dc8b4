using System.Net.Sockets;

namespace GracefulHttp.Connections;

/// <summary>What the kernel knows of a connection and the socket API does not tell.</summary>
internal static class TcpState
{
    private const int LevelTcp = 6;
    private const int TcpInfo = 11;
    private const byte Established = 1;
    private const byte SynSent = 2;
    private const byte FinWait1 = 4;
    private const byte CloseWait = 8;
    private const byte LastAck = 9;
    private const byte Closing = 11;

    /// <summary>Whether the peer's FIN has arrived, with or without unread data before it.</summary>
    public static bool PeerHasFinished(Socket socket)
    {
        if (OperatingSystem.IsLinux())
        {
            return Read(socket) == CloseWait;
        }

        // Elsewhere only a FIN with nothing unread before it can be told; a TLS alert before it hides it.
        return socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0;
    }

    /// <summary>Whether our FIN has not been acknowledged, or not even been sent: it stands behind data that the peer does not take.</summary>
    public static bool FinIsUndelivered(Socket socket) =>
        OperatingSystem.IsLinux() && Read(socket) is Established or FinWait1 or CloseWait or LastAck or Closing;

    /// <summary>Whether a SYN is on the wire, or may be: elsewhere than on Linux that cannot be told from a name look-up.</summary>
    public static bool IsConnecting(Socket socket) => !OperatingSystem.IsLinux() || Read(socket) == SynSent;

    private static byte Read(Socket socket)
    {
        // The first byte of struct tcp_info is tcpi_state; the kernel copies no more than it is asked for.
        Span<byte> state = stackalloc byte[1];
        try
        {
            return socket.GetRawSocketOption(LevelTcp, TcpInfo, state) == 1 ? state[0] : (byte)0;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Not TCP (a Unix domain socket), or closed in the meantime: nothing is known.
            return 0;
        }
    }
}
