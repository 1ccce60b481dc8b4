using System.Net.Sockets;
using GracefulHttp.TestKit;

namespace GracefulHttp.WireTests.Ghosts;

/// <summary>A <c>ConnectCallback</c> of the user's that lets some connections through and holds the others.</summary>
internal sealed class HeldConnect(SyncPoint held, int free = 0)
{
    private int _connects;

    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _connects) > free)
        {
            await held.ArriveAsync();
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
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
