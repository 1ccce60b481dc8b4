using System.Net;
using System.Net.Sockets;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Relay;

/// <summary>Stands before a server and makes loopback as slow as a network. It passes on half-closes and RSTs as well as bytes.</summary>
/// <remarks>
/// The connection is accepted at once, because only the kernel could delay that. What the client sends first arrives a round
/// trip later instead, so that a new connection costs what it costs on a network.
/// </remarks>
internal sealed class DelayingRelay : IAsyncDisposable
{
    private readonly IPEndPoint _server;
    private readonly TimeProvider _time;
    private readonly long _handshake;
    private readonly Link _up;
    private readonly Link _down;
    private readonly CancellationTokenSource _disposing = new();
    private readonly SocketAcceptor _acceptor;

    public DelayingRelay(IPAddress address, int port, IPEndPoint server, LinkSettings link, TimeProvider time)
    {
        TimeSpan oneWay = link.RoundTrip / 2;
        _server = server;
        _time = time;
        _handshake = Link.Ticks(time, link.RoundTrip + oneWay);
        _up = new Link(time, oneWay, link.BitsPerSecond);
        _down = new Link(time, oneWay, link.BitsPerSecond);
        _acceptor = new SocketAcceptor(address, port, RelayAsync);
    }

    public int Port => _acceptor.Port;

    /// <summary>What has been taken in and not been given out, in both directions.</summary>
    public long UnderWay => _up.UnderWay + _down.UnderWay;

    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync();
        await _acceptor.DisposeAsync();
        _disposing.Dispose();
    }

    private async Task RelayAsync(Socket client)
    {
        long notBefore = _time.GetTimestamp() + _handshake;
        var server = new Socket(_server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await server.ConnectAsync(_server, _disposing.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            server.Dispose();
            client.Close(0);
            return;
        }

        await new RelayedConnection(client, server, _up, _down, notBefore).RunAsync(_disposing.Token);
    }
}
