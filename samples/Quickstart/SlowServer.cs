using System.Net;
using System.Net.Sockets;

namespace Quickstart;

/// <summary>
/// Answers late, and whether or not anybody still listens: a blocking worker, as behind many appliances. It keeps its
/// connections alive, and counts how they end.
/// </summary>
internal sealed class SlowServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Task> _serving = [];
    private readonly TimeSpan _delay;
    private readonly Task _accepting;
    private int _resets;

    public SlowServer(TimeSpan delay)
    {
        _delay = delay;
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
                await Task.Delay(_delay, TimeProvider.System);
                await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray());
            }

            // The client has closed. A reset of the last answer shows when one tries to go on.
            await connection.SendAsync(new byte[1]);
            await connection.ReceiveAsync(request);
        }
        catch (SocketException)
        {
            Interlocked.Increment(ref _resets);
        }
    }
}
