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

    /// <summary>Waits, without holding a buffer, until there is something to drop, or nothing more to come.</summary>
    /// <remarks>Awaited by <see cref="ClosingConnection"/> itself: a method that waits in between costs each lingering connection its state.</remarks>
    public static ValueTask<int> WaitAsync(Socket socket, CancellationToken cancellationToken) =>
        socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, cancellationToken);

    /// <summary>Drops what has come. False where nothing has; a count of 0 is the peer's FIN.</summary>
    /// <exception cref="SocketException">The peer has reset the connection, or the socket was disposed.</exception>
    public static bool TryNext(Socket socket, out int count)
    {
        // Also after a wait it may find nothing, and must not block then.
        socket.Blocking = false;
        count = socket.Receive(Buffer, Flags, out SocketError error);
        return error switch
        {
            SocketError.Success => true,
            SocketError.WouldBlock => false,
            _ => throw new SocketException((int)error),
        };
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
                await WaitAsync(socket, deadline.Token).ConfigureAwait(false);
                if (!TryNext(socket, out int count))
                {
                    continue;
                }

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
