using System.Net;
using System.Net.Sockets;

namespace GracefulHttp.Benchmarks.Compare;

/// <summary>How a user's server is reached from here.</summary>
/// <param name="IsLocal">Whether it is on this host, so that one kernel counts what both ends send.</param>
/// <param name="IsIPv4">Whether a raw TCP socket sees anything of it.</param>
internal sealed record TargetRoute(bool IsLocal, bool IsIPv4)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    public static async Task<TargetRoute> FindAsync(Uri target)
    {
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(new DnsEndPoint(target.IdnHost, target.Port), limit.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return new TargetRoute(IsLocal: false, IsIPv4: true); // The first request will say why.
        }

        IPAddress server = ((IPEndPoint)socket.RemoteEndPoint!).Address;
        server = server.IsIPv4MappedToIPv6 ? server.MapToIPv4() : server;
        return new TargetRoute(IsOfThisHost(server), server.AddressFamily == AddressFamily.InterNetwork);
    }

    /// <summary>Told by whether one may listen on it. That both ends have the same address does not tell: 127.0.0.2 is spoken to from 127.0.0.1.</summary>
    private static bool IsOfThisHost(IPAddress address)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, 0));
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            return false;
        }
    }
}
