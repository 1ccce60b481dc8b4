using System.Net;
using System.Net.Sockets;

namespace GracefulHttp.TestKit.Servers;

/// <summary>
/// A listener that takes no further connection: Linux drops a SYN while the accept queue is full, and the client sends it
/// again (after 1 s, then 2 s, …). With room in the queue the next one is answered.
/// </summary>
public sealed class FullListener : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _filler = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public FullListener()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        // The kernel takes one more than it is told.
        _listener.Listen(0);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _filler.Connect(_listener.LocalEndPoint);

        // Connected is who has the SYN-ACK; the queue is full when the ACK has come too.
        if (!_listener.Poll(Deadline.Default, SelectMode.SelectRead))
        {
            throw new TimeoutException("The connection that fills the accept queue did not come into it.");
        }
    }

    public int Port { get; }

    /// <summary>The local port of the connection that fills the queue: it is none of the test's.</summary>
    public int FillerPort => ((IPEndPoint)_filler.LocalEndPoint!).Port;

    /// <summary>Makes room, and accepts the first connection that gets in. The caller disposes it.</summary>
    public async Task<Socket> AcceptNextAsync()
    {
        using (await _listener.AcceptAsync())
        {
            return await _listener.AcceptAsync().WithinAsync();
        }
    }

    public void Dispose()
    {
        _filler.Dispose();
        _listener.Dispose();
    }
}
