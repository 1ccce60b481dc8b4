using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.StressTests.Storm;

/// <summary>
/// An HTTP/1.1 server that does with each request what its plan says, and takes no notice of a FIN while it does. It can be
/// restarted, upon which its connections end with RST.
/// </summary>
internal sealed class RoughServer : IStressServer
{
    private readonly Ledger _ledger;
    private readonly bool _isSecure;
    private readonly IPEndPoint _address;
    private readonly Lock _gate = new();
    private readonly Dictionary<RoughConnection, Task> _connections = [];
    private Socket _listener;
    private Task _accepting;

    public RoughServer(Ledger ledger, IPAddress address, bool isSecure)
    {
        _ledger = ledger;
        _isSecure = isSecure;
        _listener = Listen(new IPEndPoint(address, 0));
        _address = (IPEndPoint)_listener.LocalEndPoint!;
        _accepting = AcceptAsync(_listener);
    }

    public Uri BaseAddress => new($"{(_isSecure ? "https" : "http")}://{_address}");

    public async Task RestartAsync()
    {
        await StopAsync();
        _listener = Listen(_address);
        _accepting = AcceptAsync(_listener);
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private static Socket Listen(IPEndPoint address)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(address);
        listener.Listen();
        return listener;
    }

    private async Task StopAsync()
    {
        _listener.Dispose();
        await _accepting.WithinAsync();
        Task[] running;
        lock (_gate)
        {
            foreach (RoughConnection connection in _connections.Keys)
            {
                connection.Reset();
            }

            running = [.. _connections.Values];
        }

        await Task.WhenAll(running).WithinAsync();
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }

            socket.NoDelay = true;
            var connection = new RoughConnection(_ledger, socket);
            lock (_gate)
            {
                _connections.Add(connection, ServeAsync(connection, socket));
            }
        }
    }

    private async Task ServeAsync(RoughConnection connection, Socket socket)
    {
        await Task.Yield();
        try
        {
            // Before the handshake: over TLS no request can have been written yet. Without TLS it can, in the accept queue.
            long acceptedAt = _isSecure ? Ledger.Now : 0;
            Stream stream = new NetworkStream(socket, ownsSocket: false);
            if (_isSecure)
            {
                var tls = new SslStream(stream);
                stream = tls;
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = TestCertificate.Instance });
            }

            await using (stream)
            {
                await connection.ServeAsync(stream, acceptedAt);
            }
        }
        catch (Exception e) when (RoughConnection.IsPeerGone(e))
        {
            // Reset by the client, or by a restart; or the client left in the middle of a handshake.
        }
        catch (Exception e)
        {
            _ledger.Note($"The server failed: {e}");
        }
        finally
        {
            socket.Dispose();
            lock (_gate)
            {
                _connections.Remove(connection);
            }
        }
    }
}
