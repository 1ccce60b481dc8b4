using System.Net;
using System.Net.Sockets;

namespace GracefulHttp.WireTests.TestKit;

/// <summary>Two plain sockets that are connected over loopback, and the port by which a recorder knows them.</summary>
internal sealed class LoopbackPair : IDisposable
{
    private readonly Socket _listener = NewSocket();

    public LoopbackPair()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public Socket Client { get; private set; } = NewSocket();

    public Socket Server { get; private set; } = NewSocket();

    /// <summary>Connects the two; called again, it replaces them by two new ones.</summary>
    public void Connect()
    {
        Dispose(Client, Server);
        Client = NewSocket();
        Client.Connect(IPAddress.Loopback, Port);
        Server = _listener.Accept();
    }

    public void Dispose() => Dispose(Client, Server, _listener);

    private static Socket NewSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    private static void Dispose(params Socket[] sockets)
    {
        foreach (Socket socket in sockets)
        {
            socket.Dispose();
        }
    }
}
