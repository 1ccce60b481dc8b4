using System.Net.Sockets;

namespace GracefulHttp.WireTests.Hostile;

/// <summary>
/// Buffers between a peer and its client that do not grow. What the one has written, and the other has not read, is in the kernel; buffers
/// that are left to themselves hold megabytes, beside which a budget is not seen.
/// </summary>
internal static class SmallBuffers
{
    /// <summary>The peer's send buffer, and the client's receive buffer.</summary>
    public const int Size = 32 * 1024;

    /// <summary>
    /// What a peer can have written beyond what was read: both of them, each doubled by the kernel (socket(7)) and exceeded by one segment,
    /// which on loopback has up to 64 KiB.
    /// </summary>
    public const int Slack = 2 * ((2 * Size) + (64 * 1024));

    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>. Set before the connection is made: the window follows from it.</summary>
    public static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = Size };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
