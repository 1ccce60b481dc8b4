using System.Net;
using System.Net.Sockets;

namespace Samples;

/// <summary>
/// Answers late, and whether or not anybody still listens: a blocking worker, as behind many appliances. It keeps its
/// connections alive, and counts how they end. The other samples use it too.
/// </summary>
internal sealed class SlowServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Task> _serving = [];
    private readonly TimeSpan[] _delays;
    private readonly Task _accepting;
    private int _requests = -1;
    private int _resets;

    /// <param name="delays">What the requests take, in turn.</param>
    public SlowServer(params TimeSpan[] delays)
    {
        _delays = delays;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    public int Connections => _serving.Count;

    public int Resets => Volatile.Read(ref _resets);

    /// <summary>Completes when every connection has ended.</summary>
    public async Task WhenEveryoneHasLeftAsync()
    {
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_serving);
    }

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _serving.Add(ServeAsync(await _listener.AcceptSocketAsync()));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Stopped: no more.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using Socket connection = socket;
        byte[] request = new byte[4096];
        try
        {
            while (await connection.ReceiveAsync(request) > 0)
            {
                await Task.Delay(_delays[Interlocked.Increment(ref _requests) % _delays.Length], TimeProvider.System);
                await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray());
            }

            // The client has closed. Whether it has reset the last answer too is an error of the socket.
            if (connection.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error) is not 0)
            {
                Interlocked.Increment(ref _resets);
            }
        }
        catch (SocketException)
        {
            Interlocked.Increment(ref _resets);
        }
    }
}
