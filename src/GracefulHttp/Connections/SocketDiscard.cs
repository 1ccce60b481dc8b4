using System.Net.Sockets;

namespace GracefulHttp.Connections;

/// <summary>Reads a socket to throw away what comes.</summary>
internal static class SocketDiscard
{
    // A TLS alert with room to spare. More than this is an answer, not a goodbye.
    private const int GoodbyeSize = 1024;

    // Nobody looks at what is in it, so one is enough for all: on Linux the kernel drops the bytes instead of copying them.
    private static readonly byte[] Buffer = new byte[64 * 1024];

    private static readonly SocketFlags Flags = OperatingSystem.IsLinux() ? SocketFlags.Truncated : SocketFlags.None;

    /// <summary>Waits, without holding a buffer, and drops what has come. 0 at the peer's FIN.</summary>
    /// <exception cref="SocketException">The peer has reset the connection, or the socket was disposed.</exception>
    public static async ValueTask<int> NextAsync(Socket socket, CancellationToken cancellationToken)
    {
        // A receive that follows a wait finds something, and must not block where it does not.
        socket.Blocking = false;
        while (true)
        {
            await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, cancellationToken).ConfigureAwait(false);
            int count = socket.Receive(Buffer, Flags, out SocketError error);
            switch (error)
            {
                case SocketError.Success:
                    return count;
                case SocketError.WouldBlock:
                    continue;
                default:
                    throw new SocketException((int)error);
            }
        }
    }

    /// <summary>Whether the peer's FIN comes within <paramref name="grace"/>, with nothing but a goodbye before it.</summary>
    public static async ValueTask<bool> EndsSoonAsync(Socket socket, TimeSpan grace, TimeProvider timeProvider)
    {
        using var deadline = new CancellationTokenSource(grace, timeProvider);
        int seen = 0;
        try
        {
            while (seen <= GoodbyeSize)
            {
                int count = await NextAsync(socket, deadline.Token).ConfigureAwait(false);
                if (count == 0)
                {
                    return true;
                }

                seen += count;
            }
        }
        catch (OperationCanceledException)
        {
            // It stays open.
        }

        return TcpState.PeerHasFinished(socket);
    }
}
