using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace GracefulHttp.Benchmarks.Servers;

/// <summary>Listens and has each connection served, from its creation until it is disposed. It then ends the connections that are left.</summary>
internal sealed class SocketAcceptor : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly Func<Socket, Task> _serve;
    private readonly ConcurrentDictionary<Socket, Task> _connections = new();
    private readonly Task _accepting;

    /// <param name="address">Where to listen.</param>
    /// <param name="port">0 for a free one.</param>
    /// <param name="serve">Serves a connection to its end, disposes its socket, and does not throw.</param>
    public SocketAcceptor(IPAddress address, int port, Func<Socket, Task> serve)
    {
        _serve = serve;
        _listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(address, port));
        _listener.Listen(4096);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _accepting = Task.Run(AcceptAsync);
    }

    public int Port { get; }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
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
            await _serve(socket);
        }
        finally
        {
            _connections.TryRemove(socket, out _);
        }
    }
}
