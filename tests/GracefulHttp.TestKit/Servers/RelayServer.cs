using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace GracefulHttp.TestKit.Servers;

/// <summary>
/// Passes bytes and FINs on between its clients and an origin, in both directions, and notes how each client ended. What it
/// connects to is said by a handshake: a proxy's, or none.
/// </summary>
public sealed class RelayServer : IAsyncDisposable
{
    private readonly Func<Stream, CancellationToken, Task<EndPoint?>> _handshake;
    private readonly SslProtocols _tls;
    private readonly Action<ReadOnlyMemory<byte>>? _tap;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _disposing = new();
    private readonly Lock _gate = new();
    private readonly List<RelayConnection> _connections = [];
    private readonly List<Task> _running = [];
    private readonly Task _accepting;

    private RelayServer(
        Func<Stream, CancellationToken, Task<EndPoint?>> handshake, EndPoint listenOn, SslProtocols tls, Action<ReadOnlyMemory<byte>>? tap)
    {
        _handshake = handshake;
        _tls = tls;
        _tap = tap;
        bool isUnix = listenOn is UnixDomainSocketEndPoint;
        _listener = new Socket(listenOn.AddressFamily, SocketType.Stream, isUnix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        _listener.Bind(listenOn);
        _listener.Listen();
        EndPoint = _listener.LocalEndPoint!;
        _accepting = AcceptAsync();
    }

    public EndPoint EndPoint { get; }

    public int Port => ((IPEndPoint)EndPoint).Port;

    /// <summary>In the order in which they were accepted.</summary>
    public IReadOnlyList<RelayConnection> Connections
    {
        get
        {
            lock (_gate)
            {
                return [.. _connections];
            }
        }
    }

    /// <param name="handshake">One of <see cref="RelayHandshakes"/>.</param>
    /// <param name="listenOn">Where; by default a port of IPv4's loopback.</param>
    /// <param name="tls">TLS between the client and this server.</param>
    /// <param name="tap">Sees what clients send after the handshake.</param>
    public static RelayServer Start(
        Func<Stream, CancellationToken, Task<EndPoint?>> handshake,
        EndPoint? listenOn = null,
        SslProtocols tls = SslProtocols.None,
        Action<ReadOnlyMemory<byte>>? tap = null)
    {
        ArgumentNullException.ThrowIfNull(handshake);
        return new RelayServer(handshake, listenOn ?? new IPEndPoint(IPAddress.Loopback, 0), tls, tap);
    }

    /// <summary>Closes what is open, and throws what a connection has failed with.</summary>
    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync();
        await _accepting.WithinAsync();
        _listener.Dispose();
        Task[] running;
        lock (_gate)
        {
            running = [.. _running];
        }

        await Task.WhenAll(running).WithinAsync();
        _disposing.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync(_disposing.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            lock (_gate)
            {
                var connection = new RelayConnection(socket, _tap);
                _connections.Add(connection);
                _running.Add(connection.RunAsync(_handshake, _tls, _disposing.Token));
            }
        }
    }
}
