using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace GracefulHttp.Benchmarks.Servers;

/// <summary>An HTTP/1.1 server on bare sockets that never looks at a connection while it works on a request.</summary>
/// <remarks>This is where the problem shows: it answers a client that has left, and the client's kernel replies with RST.</remarks>
internal sealed class FinBlindServer : IEmbeddedServer
{
    private readonly Socket _listener;
    private readonly SslServerAuthenticationOptions? _tls;
    private readonly ConcurrentDictionary<Socket, Task> _connections = new();
    private readonly Task _accepting;

    public FinBlindServer(IPAddress address, int port, X509Certificate2? certificate)
    {
        _listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(address, port));
        _listener.Listen(4096);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _tls = certificate is null ? null : new SslServerAuthenticationOptions
        {
            // One context for all connections: building one per handshake costs more than the handshake.
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true),
            ApplicationProtocols = [SslApplicationProtocol.Http11],
        };
        _accepting = Task.Run(AcceptAsync);
    }

    public int Port { get; }

    public ServerTally Tally { get; } = new();

    public HeldAnswers Held { get; } = new();

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        Held.Stop();
        await _accepting;
        foreach ((Socket socket, Task task) in _connections)
        {
            socket.Dispose();
            await task;
        }
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync();
            }
            catch (Exception e) when (e is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return;
            }
            catch (SocketException)
            {
                continue; // The connection was gone before it was accepted.
            }

            Tally.ConnectionAccepted();
            socket.NoDelay = true;
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _connections[socket] = ServeAsync(socket, started.Task);
            started.SetResult();
        }
    }

    private async Task ServeAsync(Socket socket, Task registered)
    {
        // Not before it is in the table, or it would leave its own removal behind.
        await registered;
        try
        {
            await using var network = new NetworkStream(socket, ownsSocket: true);
            if (_tls is null)
            {
                await new FinBlindConnection(network, Tally, Held).RunAsync();
                socket.Shutdown(SocketShutdown.Send);
                return;
            }

            await using var tls = new SslStream(network);
            await tls.AuthenticateAsServerAsync(_tls);
            await new FinBlindConnection(tls, Tally, Held).RunAsync();
            await tls.ShutdownAsync();
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or AuthenticationException)
        {
            // The client is gone. It is the client's manners that are measured here, not this end's.
        }
        finally
        {
            _connections.TryRemove(socket, out _);
        }
    }
}
