using System.Net;

namespace GracefulHttp.TestKit.Networks;

/// <summary>A client's host and a server's, joined by a cable (veth): what one sends is counted apart from what the other does.</summary>
public sealed class TwoHosts : IDisposable
{
    // RFC 5737: for documentation, and nobody's.
    private const string Prefix = "192.0.2";

    /// <summary>Lays the cable.</summary>
    public TwoHosts()
    {
        Client.Tool("ip", $"link add cable type veth peer name cable netns {Server.Path}");
        Attach(Client, ClientAddress);
        Attach(Server, ServerAddress);
    }

    public static IPAddress ClientAddress { get; } = IPAddress.Parse($"{Prefix}.1");

    public static IPAddress ServerAddress { get; } = IPAddress.Parse($"{Prefix}.2");

    public NetworkNamespace Client { get; } = NetworkNamespace.Create();

    public NetworkNamespace Server { get; } = NetworkNamespace.Create();

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
    }

    private static void Attach(NetworkNamespace host, IPAddress address)
    {
        host.Tool("ip", $"address add {address}/24 dev cable");
        host.Tool("ip", "link set cable up");
    }
}
