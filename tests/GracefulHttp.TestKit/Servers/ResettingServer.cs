using System.Net;
using System.Net.Sockets;
using System.Text;

namespace GracefulHttp.TestKit.Servers;

/// <summary>Reads the head of one request on each connection, writes what it is given, and resets the connection when the test says so.</summary>
public sealed class ResettingServer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _disposing = new();
    private readonly byte[] _answer;
    private readonly Func<Task> _beforeReset;
    private readonly Task _serving;

    /// <param name="answer">What is written after a request, nothing where it is empty.</param>
    /// <param name="beforeReset">Holds the reset.</param>
    public ResettingServer(string answer, Func<Task> beforeReset)
    {
        _answer = Encoding.ASCII.GetBytes(answer);
        _beforeReset = beforeReset;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _serving = ServeAsync();
    }

    public int Port { get; }

    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync();
        await _serving.WithinAsync();
        _listener.Dispose();
        _disposing.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using Socket socket = await _listener.AcceptAsync(_disposing.Token);
                await using (var stream = new NetworkStream(socket))
                {
                    // The answer may come before the request has been read to its end: nothing but its head is expected.
                    using var reader = new StreamReader(stream, leaveOpen: true);
                    while (await reader.ReadLineAsync(_disposing.Token) is { Length: > 0 })
                    {
                    }

                    await stream.WriteAsync(_answer, _disposing.Token);
                }

                await _beforeReset();
                socket.LingerState = new LingerOption(enable: true, seconds: 0);
            }
        }
        catch (OperationCanceledException) when (_disposing.IsCancellationRequested)
        {
            // No more connections.
        }
    }
}
