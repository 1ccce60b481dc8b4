using System.Net;
using System.Net.Sockets;
using GracefulHttp.Benchmarks.Relay;
using GracefulHttp.TestKit;

namespace GracefulHttp.BenchmarkTests.Relay;

/// <summary>Both ends of a connection through a relay.</summary>
internal sealed class RelayedPair : IAsyncDisposable
{
    private readonly DelayingRelay _relay;

    private RelayedPair(DelayingRelay relay, Socket client, Socket server)
    {
        _relay = relay;
        Client = client;
        Server = server;
    }

    public Socket Client { get; }

    public Socket Server { get; }

    public long UnderWay => _relay.UnderWay;

    public static async Task<RelayedPair> ConnectAsync(LinkSettings link, TimeProvider time)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var relay = new DelayingRelay(IPAddress.Loopback, 0, (IPEndPoint)listener.LocalEndPoint!, link, time);
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, relay.Port).WithinAsync();
        return new RelayedPair(relay, client, await listener.AcceptAsync().WithinAsync());
    }

    /// <summary>What arrives next: bytes, an empty array for a FIN, null for an RST.</summary>
    public static async Task<byte[]?> NextAsync(Socket socket)
    {
        byte[] buffer = new byte[64];
        try
        {
            int count = await socket.ReceiveAsync(buffer, SocketFlags.None).WithinAsync();
            return buffer[..count];
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return null;
        }
    }

    public static void Reset(Socket socket)
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Server.Dispose();
        await _relay.DisposeAsync();
    }
}
