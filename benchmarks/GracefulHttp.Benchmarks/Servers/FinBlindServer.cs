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
    private readonly SslServerAuthenticationOptions? _tls;
    private readonly SocketAcceptor _acceptor;

    public FinBlindServer(IPAddress address, int port, X509Certificate2? certificate)
    {
        _tls = certificate is null ? null : new SslServerAuthenticationOptions
        {
            // One context for all connections: building one per handshake costs more than the handshake.
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true),
            ApplicationProtocols = [SslApplicationProtocol.Http11],
        };
        _acceptor = new SocketAcceptor(address, port, ServeAsync);
    }

    public int Port => _acceptor.Port;

    public ServerTally Tally { get; } = new(seesResets: true);

    public HeldAnswers Held { get; } = new();

    public async ValueTask DisposeAsync()
    {
        Held.Stop();
        await _acceptor.DisposeAsync();
    }

    private async Task ServeAsync(Socket socket)
    {
        Tally.ConnectionAccepted();
        await using var network = new NetworkStream(socket, ownsSocket: true);
        try
        {
            if (_tls is null)
            {
                await new FinBlindConnection(network, Tally, Held).RunAsync();
            }
            else
            {
                await using var tls = new SslStream(network, leaveInnerStreamOpen: true);
                await tls.AuthenticateAsServerAsync(_tls);
                await new FinBlindConnection(tls, Tally, Held).RunAsync();
                await tls.ShutdownAsync();
            }

            // After a FIN has been read, no read tells of a RST, but the socket has it as its pending error.
            if ((int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)! != 0)
            {
                Tally.ConnectionReset();
            }

            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or AuthenticationException)
        {
            // The client is gone. It is the client's manners that are measured here, not this end's.
            if (e.GetBaseException() is SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.Shutdown })
            {
                Tally.ConnectionReset();
            }
        }
    }
}
