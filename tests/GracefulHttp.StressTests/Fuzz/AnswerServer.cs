using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using GracefulHttp.StressTests.Storm;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.StressTests.Fuzz;

/// <summary>Answers every request with the same bytes, then FIN, and waits for the client's.</summary>
internal sealed class AnswerServer : IAsyncDisposable
{
    private readonly Protocol _protocol;
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Task> _running = [];
    private readonly Task _accepting;

    public AnswerServer(Protocol protocol)
    {
        _protocol = protocol;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Address = new Uri($"{(protocol == Protocol.Https ? "https" : "http")}://{_listener.LocalEndPoint}/");
        _accepting = AcceptAsync();
    }

    public Uri Address { get; }

    /// <summary>What it says.</summary>
    public byte[] Answer { get; set; } = [];

    /// <summary>Where it stops in the middle, and how far it has come by then; null where it does not.</summary>
    public (SyncPoint Point, int At)? Hold { get; set; }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting.WithinAsync();
        await Task.WhenAll(_running).WithinAsync();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                _running.RemoveAll(static task => task.IsCompletedSuccessfully);
                _running.Add(ServeAsync(await _listener.AcceptAsync()));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using Socket owned = socket;
        await using var network = new NetworkStream(socket, ownsSocket: false);
        try
        {
            if (_protocol != Protocol.Https)
            {
                await AnswerAsync(socket, network);
                return;
            }

            await using var tls = new SslStream(network);
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = TestCertificate.Instance });
            await AnswerAsync(socket, tls);
        }
        catch (Exception e) when (RoughConnection.IsPeerGone(e))
        {
            // The client has seen enough.
        }
    }

    private async Task AnswerAsync(Socket socket, Stream stream)
    {
        byte[] answer = Answer;
        (SyncPoint Point, int At)? hold = Hold;
        if (_protocol == Protocol.Http2Clear)
        {
            await Http2Preface.ReadToFirstHeadersAsync(stream);
        }
        else if (await new Http1RequestReader(stream).ReadAsync(static _ => Task.CompletedTask, CancellationToken.None) is null)
        {
            return;
        }

        if (hold is { } held)
        {
            try
            {
                await stream.WriteAsync(answer.AsMemory(0, held.At));
            }
            finally
            {
                // Also where the client has seen enough already.
                await held.Point.ArriveAsync();
            }

            answer = answer[held.At..];
        }

        await stream.WriteAsync(answer);
        if (stream is SslStream tls)
        {
            await tls.ShutdownAsync();
        }

        socket.Shutdown(SocketShutdown.Send);
        byte[] rest = new byte[4096];
        while (await stream.ReadAsync(rest) > 0)
        {
        }
    }
}
