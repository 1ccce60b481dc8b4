using System.Net;
using System.Net.Sockets;

namespace GracefulHttp.Benchmarks.Compare;

/// <summary>How a user's server is reached from here.</summary>
internal static class TargetRoute
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether both directions of the traffic pass through this machine's IPv4 stack as incoming segments. Only those does a
    /// raw TCP socket see.
    /// </summary>
    public static async Task<bool> IsSeenBothWaysAsync(Uri target)
    {
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(new DnsEndPoint(target.IdnHost, target.Port), limit.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return false; // The first request will say why.
        }

        return socket is { LocalEndPoint: IPEndPoint local, RemoteEndPoint: IPEndPoint remote }
            && IsIPv4(remote.Address)
            && remote.Address.Equals(local.Address);
    }

    private static bool IsIPv4(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork || address.IsIPv4MappedToIPv6;
}
