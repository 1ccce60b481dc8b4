using System.Net;
using System.Net.Sockets;
using GracefulHttp.StressTests.Fuzz;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.WireTests.Hostile;

/// <summary>Answers the first request of an HTTP/2 connection without TLS with frames that never end.</summary>
internal sealed class Http2FloodServer : IAsyncDisposable
{
    private const byte SettingsFrame = 4;
    private const byte AckFlag = 1;
    private const int LeastBuffer = 4096;
    private const int Much = 1024 * 1024;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly SyncPoint _held = new();
    private readonly Task _serving;
    private long _written;

    /// <param name="opening">What it says when <see cref="BeginFlood"/> is called, with the request there.</param>
    /// <param name="flood">What it says for ever after.</param>
    /// <param name="reads">Whether it reads what the client says meanwhile.</param>
    public Http2FloodServer(byte[] opening, byte[] flood, bool reads = true)
    {
        // Inherited by the connection.
        _listener.SendBufferSize = SmallBuffers.Size;
        if (!reads)
        {
            // So that little fills it, and what the client says stays in its own queue.
            _listener.ReceiveBufferSize = LeastBuffer;
        }

        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _serving = ServeAsync(opening, flood, reads);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public long Written => Volatile.Read(ref _written);

    /// <summary>Where it pauses, once: when it has written more than any budget of the test's, or its client has ended the connection before.</summary>
    public SyncPoint MuchIsOut { get; } = new();

    /// <summary>When its client has ended the connection.</summary>
    public Task Ended => _serving;

    /// <summary>One frame of the first stream, or of the connection (RFC 9113 §4.1).</summary>
    public static byte[] Frame(byte type, byte flags, byte stream, ReadOnlySpan<byte> payload) =>
        [(byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, type, flags, 0, 0, 0, stream, .. payload];

    /// <summary>A request that is here when its caller leaves.</summary>
    public async Task AbandonRequestAsync(HttpMessageHandler handler, SegmentRecorder recorder)
    {
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://127.0.0.1:{Port}/"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        // Without any header it would not be known whether it has been sent.
        request.Headers.Add("X-Any", "any");
        using var caller = new CancellationTokenSource();
        Task<HttpResponseMessage> call = invoker.SendAsync(request, caller.Token);
        await _held.ArrivedAsync();
        await recorder.SettleAsync();
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WithinAsync());
    }

    public void BeginFlood() => _held.Release();

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        MuchIsOut.Release();
        await _serving.WithinAsync();
    }

    private async Task ServeAsync(byte[] opening, byte[] flood, bool reads)
    {
        using Socket socket = await _listener.AcceptAsync();
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync((byte[])[.. Frame(SettingsFrame, 0, 0, []), .. Frame(SettingsFrame, AckFlag, 0, [])]);
        await Http2Preface.ReadToFirstHeadersAsync(stream);
        await _held.ArriveAsync();
        Task reading = reads ? ReadAsync(stream) : Task.CompletedTask;
        try
        {
            await stream.WriteAsync(opening);
            while (true)
            {
                await stream.WriteAsync(flood);
                if (Interlocked.Add(ref _written, flood.Length) > Much)
                {
                    await MuchIsOut.ArriveAsync();
                }
            }
        }
        catch (IOException)
        {
            // Reset, which is all that can end it.
        }

        await MuchIsOut.ArriveAsync();
        await reading;
    }

    private static async Task ReadAsync(NetworkStream stream)
    {
        try
        {
            await stream.CopyToAsync(Stream.Null);
        }
        catch (IOException)
        {
            // The same.
        }
    }
}
