using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using GracefulHttp.Abandonment;
using ConnectCallback = System.Func<System.Net.Http.SocketsHttpConnectionContext, System.Threading.CancellationToken, System.Threading.Tasks.ValueTask<System.IO.Stream>>;
using StreamFilter = System.Func<System.Net.Http.SocketsHttpPlaintextStreamFilterContext, System.Threading.CancellationToken, System.Threading.Tasks.ValueTask<System.IO.Stream>>;

namespace GracefulHttp.Connections;

/// <summary>The two hooks of a <see cref="SocketsHttpHandler"/> through which every connection becomes one that ends gracefully.</summary>
internal sealed class GracefulConnector
{
    private readonly ConnectCallback? _connect;
    private readonly StreamFilter? _filter;
    private int _foreignStreamLogged;
    private volatile bool _hasUnfollowed;
    private volatile bool _hasForeign;
    private volatile bool _hasTunnels;

    private GracefulConnector(ConnectionCloser closer, ConnectCallback? connect, StreamFilter? filter)
    {
        Closer = closer;
        _connect = connect;
        _filter = filter;
    }

    public ConnectionCloser Closer { get; }

    /// <summary>Where a request may be on an HTTP/2 stream.</summary>
    public Http2Origins Http2Origins { get; } = new();

    /// <summary>Whether every HTTP/1.1 connection so far tells how far a request has been sent. A stream of the user's does not.</summary>
    public bool FollowsRequests => !_hasUnfollowed;

    /// <summary>Whether every HTTP/1.1 connection so far ends a blocked read when its request is cut. A stream of the user's, or a tunnel, does not.</summary>
    public bool EndsBlockedReads => FollowsRequests && !_hasForeign && !_hasTunnels;

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
        // What the user's callback sends, or starts, is not the request that waits for the connection.
        RequestScope.Current = null;
        if (_connect is not null)
        {
            return Adopt(await _connect(context, cancellationToken).ConfigureAwait(false), context.DnsEndPoint);
        }

        // As SocketsHttpHandler connects without a callback.
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var own = new CancellationTokenSource();
        Task connecting = socket.ConnectAsync(context.DnsEndPoint, own.Token).AsTask();
        try
        {
            await connecting.WaitAsync(cancellationToken).ConfigureAwait(false);

            // The runtime asks for it next, and does not wrap what that throws where the peer has reset already; then it is known.
            _ = socket.RemoteEndPoint;
            return new GracefulNetworkStream(socket, context.DnsEndPoint, Closer);
        }
        catch (OperationCanceledException) when (!connecting.IsCompleted && !Closer.EndsUnchanged(last: null) && TcpState.IsConnecting(socket))
        {
            // A socket that is closed now would answer the late SYN-ACK with RST.
            Closer.Close(new ClosingConnection(Closer, connecting, socket) { Server = context.DnsEndPoint });
            throw;
        }
        catch
        {
            await own.CancelAsync().ConfigureAwait(false);
            await connecting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            socket.Dispose();
            throw;
        }
    }

    private async ValueTask<Stream> FilterAsync(SocketsHttpPlaintextStreamFilterContext context, CancellationToken cancellationToken)
    {
        RequestScope.Current = null;

        // The user's filter sees what it would see without us, and ours is outermost: reads and writes through the user's
        // stream have to be out before the session below it says close_notify.
        Stream stream = _filter is null ? context.PlaintextStream : await _filter(context, cancellationToken).ConfigureAwait(false);
        if (context.NegotiatedHttpVersion.Major >= 2)
        {
            Http2Origins.Add(context.InitialRequestMessage.RequestUri);
        }

        bool carriesRequests = context.NegotiatedHttpVersion.Major == 1 && context.InitialRequestMessage.Method != HttpMethod.Connect;
        if (stream is null or GracefulTlsStream)
        {
            // The runtime says what is wrong with null; or hooked twice: the user's ConnectCallback is around one of ours.
            return stream!;
        }

        if (context.PlaintextStream is SslStream session)
        {
            var tls = new GracefulTlsStream(stream, session, Closer, proxiesAreOurs: !_hasForeign);
            if (carriesRequests)
            {
                tls.FollowRequests();
            }

            return tls;
        }

        if (carriesRequests)
        {
            if (stream is GracefulNetworkStream network)
            {
                network.FollowRequests();
            }
            else
            {
                _hasUnfollowed = true;
            }
        }

        _hasTunnels |= context.InitialRequestMessage.Method == HttpMethod.Connect;
        _hasForeign |= context.InitialRequestMessage.Method == HttpMethod.Connect && stream is not GracefulNetworkStream;
        return stream;
    }

    /// <summary>Takes over the socket of a plain <see cref="NetworkStream"/>; anything else ends as its author made it end.</summary>
    private Stream Adopt(Stream stream, DnsEndPoint server)
    {
        if (stream is null or GracefulNetworkStream)
        {
            // The runtime says what is wrong with null; ours where the handler is hooked twice.
            return stream!;
        }

        if (stream.GetType() != typeof(NetworkStream))
        {
            _hasForeign = true;
            if (Interlocked.Exchange(ref _foreignStreamLogged, 1) == 0)
            {
                Closer.LogForeignStream(stream);
            }

            return stream;
        }

        // The user's stream is left behind undisposed; its finaliser does nothing with the socket. That may be non-blocking by
        // now, which a NetworkStream does not begin with.
        Socket socket = ((NetworkStream)stream).Socket;
        socket.Blocking = true;
        return new GracefulNetworkStream(socket, server, Closer);
    }
}
