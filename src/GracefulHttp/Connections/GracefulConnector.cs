using System.Net.Security;
using System.Net.Sockets;
using ConnectCallback = System.Func<System.Net.Http.SocketsHttpConnectionContext, System.Threading.CancellationToken, System.Threading.Tasks.ValueTask<System.IO.Stream>>;
using StreamFilter = System.Func<System.Net.Http.SocketsHttpPlaintextStreamFilterContext, System.Threading.CancellationToken, System.Threading.Tasks.ValueTask<System.IO.Stream>>;

namespace GracefulHttp.Connections;

/// <summary>The two hooks of a <see cref="SocketsHttpHandler"/> through which every connection becomes one that ends gracefully.</summary>
internal sealed class GracefulConnector
{
    private readonly ConnectCallback? _connect;
    private readonly StreamFilter? _filter;

    private GracefulConnector(ConnectionCloser closer, ConnectCallback? connect, StreamFilter? filter)
    {
        Closer = closer;
        _connect = connect;
        _filter = filter;
    }

    public ConnectionCloser Closer { get; }

    /// <summary>The connector that <see cref="Attach"/> has put on this handler before.</summary>
    public static GracefulConnector? Find(SocketsHttpHandler handler) => handler.ConnectCallback?.Target as GracefulConnector;

    /// <summary>Puts the hooks on a handler, around the user's own.</summary>
    /// <exception cref="InvalidOperationException">The handler has already sent a request.</exception>
    public static GracefulConnector Attach(SocketsHttpHandler handler, ConnectionCloser closer)
    {
        var connector = new GracefulConnector(closer, handler.ConnectCallback, handler.PlaintextStreamFilter);
        handler.ConnectCallback = connector.ConnectAsync;
        handler.PlaintextStreamFilter = connector.FilterAsync;
        return connector;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        if (_connect is not null)
        {
            return Adopt(await _connect(context, cancellationToken).ConfigureAwait(false));
        }

        // As SocketsHttpHandler connects without a callback.
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken).ConfigureAwait(false);
            return new GracefulNetworkStream(socket, Closer);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async ValueTask<Stream> FilterAsync(SocketsHttpPlaintextStreamFilterContext context, CancellationToken cancellationToken)
    {
        // The user's filter sees what it would see without us, and ours is outermost: reads and writes through the user's
        // stream have to be out before the session below it says close_notify.
        Stream stream = _filter is null ? context.PlaintextStream : await _filter(context, cancellationToken).ConfigureAwait(false);
        return context.PlaintextStream is SslStream session ? new GracefulTlsStream(stream, session, Closer) : stream;
    }

    /// <summary>Takes over the socket of a plain <see cref="NetworkStream"/>; anything else ends as its author made it end.</summary>
    private Stream Adopt(Stream stream)
    {
        if (stream.GetType() != typeof(NetworkStream))
        {
            return stream;
        }

        Socket socket = ((NetworkStream)stream).Socket;

        // The user's stream is left behind undisposed; its finaliser does nothing with the socket.
        return new GracefulNetworkStream(socket, Closer);
    }
}
