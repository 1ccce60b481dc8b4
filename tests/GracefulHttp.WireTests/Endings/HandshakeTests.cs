using System.Net;
using System.Net.Sockets;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.WireTests.Endings;

/// <summary>
/// A connection that ends during its TLS handshake, where no close_notify can be said: a server that is slow to answer the
/// ClientHello answers a socket that still reads.
/// </summary>
public sealed class HandshakeTests : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromMilliseconds(200);

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public HandshakeTests()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
    }

    private int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task UseGracefulClose_ConnectTimeoutRunsOut_EndsInPeace()
    {
        using SocketsHttpHandler handler = NewHandler();

        (await CountResetsAsync(handler.UseGracefulClose())).ShouldBe(0);
    }

    [Fact]
    public async Task GracefulHttpHandler_ConnectTimeoutRunsOut_EndsInPeace()
    {
        using var handler = new GracefulHttpHandler(new GracefulHttpOptions(), NewHandler());

        (await CountResetsAsync(handler)).ShouldBe(0);

        await handler.WaitForIdleAsync().WithinAsync();
    }

    [Fact]
    public async Task PlainClient_ConnectTimeoutRunsOut_SendsReset()
    {
        using SocketsHttpHandler handler = NewHandler();

        (await CountResetsAsync(handler)).ShouldBeGreaterThan(0);
    }

    private static SocketsHttpHandler NewHandler() => new() { ConnectTimeout = ConnectTimeout };

    private async Task<long> CountResetsAsync(HttpMessageHandler handler)
    {
        Assert.SkipUnless(SegmentRecorder.IsAvailable(out string whyNot), whyNot);
        await using SegmentRecorder recorder = SegmentRecorder.Start(Port);
        using var client = new HttpClient(handler, disposeHandler: false);
        Task<string> call = client.GetStringAsync(new Uri($"https://127.0.0.1:{Port}/"));
        using Socket server = await _listener.AcceptAsync().WithinAsync();
        (await Assert.ThrowsAsync<TaskCanceledException>(() => call.WithinAsync())).InnerException.ShouldBeOfType<TimeoutException>();

        // Without us the ClientHello that the server has not read is no reason for a reset; what it says now is.
        await recorder.WaitForAsync(r => r.FinsFromClient + r.ResetsFromClient > 0);
        await server.SendAsync(new byte[1000]);
        server.Shutdown(SocketShutdown.Send);
        await recorder.WaitForAsync(r => r.FinsFromServer + r.ResetsFromClient > 0);
        await recorder.SettleAsync();
        return recorder.ResetsFromClient;
    }
}
