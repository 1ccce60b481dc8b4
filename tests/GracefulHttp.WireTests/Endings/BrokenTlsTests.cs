using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Diagnostics;
using GracefulHttp.TestKit.Servers;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.WireTests.Endings;

/// <summary>A TLS session that has failed cannot say close_notify any more (OpenSSL throws); its connection ends in peace all the same.</summary>
public sealed class BrokenTlsTests
{
    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task UseGracefulClose_RecordCannotBeDecrypted_EndsInPeace(SslProtocols tls)
    {
        Assert.SkipUnless(SegmentRecorder.IsAvailable(out string whyNot), whyNot);
        using var logs = new RecordingLoggerFactory();
        using SocketsHttpHandler handler = new SocketsHttpHandler().TrustTestCertificate();

        (await CountResetsAsync(handler.UseGracefulClose(loggerFactory: logs), tls)).ShouldBe(0);

        await logs.WaitForAsync(static record => Equals(record.Values.GetValueOrDefault("Outcome"), "closed")).WithinAsync();
        logs.Records.Select(record => record.Id.Name).ShouldBe(["ConnectionEnded"]);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task PlainClient_RecordCannotBeDecrypted_SendsReset(SslProtocols tls)
    {
        Assert.SkipUnless(SegmentRecorder.IsAvailable(out string whyNot), whyNot);
        using SocketsHttpHandler handler = new SocketsHttpHandler().TrustTestCertificate();

        (await CountResetsAsync(handler, tls)).ShouldBeGreaterThan(0);
    }

    /// <summary>The server sends garbage where a record should be, waits for the client's FIN, and goes on talking.</summary>
    private static async Task<long> CountResetsAsync(SocketsHttpHandler handler, SslProtocols tls)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        int port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        await using SegmentRecorder recorder = SegmentRecorder.Start(port);
        using var client = new HttpClient(handler, disposeHandler: false);
        Task<string> call = client.GetStringAsync(new Uri($"https://127.0.0.1:{port}/"));

        using Socket socket = await listener.AcceptAsync().WithinAsync();
        await using var session = new SslStream(new NetworkStream(socket, ownsSocket: false));
        await session.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions { ServerCertificate = TestCertificate.Instance, EnabledSslProtocols = tls });
        await session.ReadExactlyAsync(new byte[10]);
        byte[] garbage = [0x17, 3, 3, 0, 100, .. new byte[100]];
        await socket.SendAsync(garbage);
        await Assert.ThrowsAsync<HttpRequestException>(() => call.WithinAsync());

        await recorder.WaitForAsync(r => r.FinsFromClient + r.ResetsFromClient > 0);
        if (recorder.ResetsFromClient == 0)
        {
            await socket.SendAsync(garbage);
            socket.Shutdown(SocketShutdown.Send);
        }

        await recorder.WaitForAsync(r => r.FinsFromServer + r.ResetsFromClient > 0);
        await recorder.SettleAsync();
        return recorder.ResetsFromClient;
    }
}
