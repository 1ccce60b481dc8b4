using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.WireTests.UsersView;

/// <summary>A connection that cannot be made fails for the user as it always did.</summary>
public sealed class ConnectFailureTests
{
    [Fact]
    public async Task Server_RefusesTheConnection_ExceptionIsThePlainClients()
    {
        // Bound, so that nobody else gets the port, and not listening.
        using var bound = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        string failure = await ClientMakes.ShouldAgreeAsync(async make =>
        {
            using HttpClient client = make.NewClient(new SocketsHttpHandler());
            return await Failure.OfAsync(() => client.GetAsync($"http://{bound.LocalEndPoint}/").WithinAsync());
        });

        failure.ShouldContain($"{HttpRequestError.ConnectionError}");
        failure.ShouldContain($"{SocketError.ConnectionRefused}");
    }

    [Fact]
    public async Task Name_DoesNotResolve_ExceptionIsThePlainClients()
    {
        string failure = await ClientMakes.ShouldAgreeAsync(async make =>
        {
            using HttpClient client = make.NewClient(new SocketsHttpHandler());

            // RFC 6761 §6.4: no such name, wherever the test runs.
            return await Failure.OfAsync(() => client.GetAsync("http://host.invalid/").WithinAsync());
        });

        failure.ShouldContain($"{HttpRequestError.NameResolutionError}");
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Certificate_IsNotTrusted_ExceptionIsThePlainClients(SslProtocols tls)
    {
        await using KestrelServer server = await KestrelServer.StartAsync(_ => Task.CompletedTask, tls);

        string failure = await ClientMakes.ShouldAgreeAsync(async make =>
        {
            using HttpClient client = make.NewClient(new SocketsHttpHandler(), server.BaseAddress);
            return await Failure.OfAsync(() => client.GetAsync("/").WithinAsync());
        });

        failure.ShouldContain($"{HttpRequestError.SecureConnectionError}");
        failure.ShouldContain(nameof(AuthenticationException));
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Certificate_IsNotTrusted_ConnectionEndsInPeace(SslProtocols tls)
    {
        Assert.SkipUnless(SegmentRecorder.IsAvailable(out string whyNot), whyNot);
        await using KestrelServer server = await KestrelServer.StartAsync(_ => Task.CompletedTask, tls);
        await using SegmentRecorder recorder = SegmentRecorder.Start(server.Port);
        using var handler = new GracefulHttpHandler();
        using var client = new HttpClient(handler);

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(server.BaseAddress).WithinAsync());

        await handler.WaitForIdleAsync().WithinAsync();
        await recorder.SettleAsync();
        recorder.FinsFromClient.ShouldBe(1);
        recorder.ResetsFromClient.ShouldBe(0);
    }

    [Fact]
    public async Task Proxy_RefusesTheTunnel_ExceptionIsThePlainClients()
    {
        await using FinBlindServer proxy = FinBlindServer.Start(async exchange =>
        {
            await exchange.WriteHeadAsync(BodyFraming.ContentLength, status: "502 Bad Gateway");
            exchange.CloseAfterwards();
        });

        string failure = await ClientMakes.ShouldAgreeAsync(async make =>
        {
            using HttpClient client = make.NewClient(new SocketsHttpHandler { Proxy = new WebProxy(proxy.BaseAddress) });
            return await Failure.OfAsync(() => client.GetAsync("https://origin.example/").WithinAsync());
        });

        failure.ShouldContain($"{HttpRequestError.ProxyTunnelError}");
    }
}
