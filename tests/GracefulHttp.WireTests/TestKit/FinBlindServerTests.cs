using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.WireTests.TestKit;

/// <summary>The manual of the FIN-blind server: what it answers, and what it says about each way a client can end.</summary>
public sealed class FinBlindServerTests
{
    public static TheoryData<SslProtocols> TlsVersions => [SslProtocols.Tls12, SslProtocols.Tls13];

    [Theory]
    [InlineData(BodyFraming.ContentLength)]
    [InlineData(BodyFraming.Chunked)]
    [InlineData(BodyFraming.CloseDelimited)]
    public async Task StalledBody_Released_ArrivesWhole(BodyFraming framing)
    {
        var held = new SyncPoint();
        await using FinBlindServer server = FinBlindServer.Start(FinBlindScripts.StalledBody(held, framing));
        using var client = new HttpClient { BaseAddress = server.BaseAddress };

        Task<string> body = client.GetStringAsync("/");
        await held.ArrivedAsync();
        body.IsCompleted.ShouldBeFalse();
        held.Release();

        (await body.WithinAsync()).ShouldBe(new string('x', 20));
    }

    [Fact]
    public async Task Requests_OnOneClient_ShareAConnectionAndArriveWithTheirBodies()
    {
        var bodies = new List<string>();
        await using FinBlindServer server = FinBlindServer.Start(exchange =>
        {
            bodies.Add($"{exchange.Request.Method} {exchange.Request.Target} {Encoding.ASCII.GetString(exchange.Request.Body.Span)}");
            return exchange.RespondAsync();
        });
        using var client = new HttpClient { BaseAddress = server.BaseAddress };

        using HttpResponseMessage first = await client.PostAsync("/one", new StringContent("abc"));
        server.StopListening();
        using var chunked = new HttpRequestMessage(HttpMethod.Put, "/two") { Content = new StringContent("defg") };
        chunked.Headers.TransferEncodingChunked = true;
        using HttpResponseMessage second = await client.SendAsync(chunked);

        bodies.ShouldBe(["POST /one abc", "PUT /two defg"]);
        server.Connections.Count.ShouldBe(1);
        server.RequestsReceived.ShouldBe(2);
    }

    [Fact]
    public async Task Answer_AfterTheClientsFin_IsStillSent()
    {
        var held = new SyncPoint();
        await using FinBlindServer server = FinBlindServer.Start(FinBlindScripts.LateHeaders(held));
        using Socket client = await ConnectAsync(server);
        using var answer = new StreamReader(new NetworkStream(client));

        await client.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        await held.ArrivedAsync();
        client.Shutdown(SocketShutdown.Send);
        held.Release();

        (await answer.ReadToEndAsync()).ShouldEndWith("\r\n\r\nlate");
        (await server.Connections[0].Ended.WithinAsync()).ShouldBe(PeerEnding.Fin);
        server.ExchangesCompleted.ShouldBe(1);
        server.WriteFaults.ShouldBe(0);
    }

    [Fact]
    public async Task Answer_AfterAReset_IsAWriteFaultAndTheScriptGoesOn()
    {
        var held = new SyncPoint();
        await using FinBlindServer server = FinBlindServer.Start(FinBlindScripts.LateHeaders(held));
        using Socket client = await ConnectAsync(server);

        await client.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        await held.ArrivedAsync();
        client.LingerState = new LingerOption(true, 0);
        client.Close();
        held.Release();

        (await server.Connections[0].Ended.WithinAsync()).ShouldBe(PeerEnding.Reset);
        server.WriteFaults.ShouldBe(1);
        server.ExchangesCompleted.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(TlsVersions))]
    public async Task TlsClient_EndsWithCloseNotifyAndFin_IsToldFromABareFin(SslProtocols tls)
    {
        await using FinBlindServer server = FinBlindServer.Start(FinBlindScripts.Respond(), tls);

        (await EndTlsConnectionAsync(server, closeNotify: true)).ShouldBe(PeerEnding.CloseNotifyThenFin);
        (await EndTlsConnectionAsync(server, closeNotify: false)).ShouldBe(PeerEnding.Fin);
    }

    [Fact]
    public async Task Script_Throws_IsThrownByDispose()
    {
        FinBlindServer server = FinBlindServer.Start(_ => throw new InvalidDataException("a bug in the script"));
        using Socket client = await ConnectAsync(server);
        await client.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        (await client.ReceiveAsync(new byte[1])).ShouldBe(0);

        AggregateException e = await Should.ThrowAsync<AggregateException>(async () => await server.DisposeAsync());

        e.InnerException.ShouldBeOfType<InvalidDataException>();
    }

    private static async Task<PeerEnding> EndTlsConnectionAsync(FinBlindServer server, bool closeNotify)
    {
        using Socket socket = await ConnectAsync(server);
        await using var stream = new SslStream(new NetworkStream(socket), leaveInnerStreamOpen: false, TestCertificate.IsTrusted);
        await stream.AuthenticateAsClientAsync("localhost");
        await stream.WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        (await stream.ReadAsync(new byte[1024])).ShouldBeGreaterThan(0);

        if (closeNotify)
        {
            await stream.ShutdownAsync();
        }

        socket.Shutdown(SocketShutdown.Send);
        return await server.Connections[^1].Ended.WithinAsync();
    }

    private static async Task<Socket> ConnectAsync(FinBlindServer server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, server.Port);
        return socket;
    }
}
