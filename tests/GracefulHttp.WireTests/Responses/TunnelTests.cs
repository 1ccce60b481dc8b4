using System.Net;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.WireTests.Responses;

/// <summary>101 and CONNECT: what follows is no body. The caller gets the runtime's own stream, and it ends when that is disposed.</summary>
public sealed class TunnelTests : WireTest
{
    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task SwitchingProtocols_Stream_IsTheRuntimesOwn(Scheme scheme)
    {
        Serve(scheme, async exchange =>
        {
            await exchange.WriteRawAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nhello"u8.ToArray());
            await Held.ArriveAsync();
            exchange.CloseAfterwards();
        });
        WireClient client = Connect(AbandonStrategy.Drain);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/held");
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.ParseAdd("echo");

        using HttpResponseMessage response = await client.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        response.StatusCode.ShouldBe(HttpStatusCode.SwitchingProtocols);
        await ShouldBeATunnelAsync(client, scheme, response);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Connect_Stream_IsTheRuntimesOwn(Scheme scheme)
    {
        ServeTunnel(scheme);
        WireClient client = Connect(AbandonStrategy.Drain);
        using var request = new HttpRequestMessage(HttpMethod.Connect, "/");
        request.Headers.Host = "other.example:443";

        using HttpResponseMessage response = await client.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        await ShouldBeATunnelAsync(client, scheme, response);
    }

    [Theory]
    [InlineData(AbandonStrategy.Drain)]
    [InlineData(AbandonStrategy.Close)]
    public async Task Upgrade_AbandonedBeforeTheAnswer_IsClosedAtOnce(AbandonStrategy strategy)
    {
        Serve(Scheme.Http, async exchange =>
        {
            await Held.ArriveAsync();
            await exchange.WriteRawAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nhello"u8.ToArray());
        });
        WireClient client = Connect(strategy);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/held");
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.ParseAdd("echo");

        await client.AbandonAsync(Held, (http, token) => http.SendAsync(request, token), begun: Task.CompletedTask);

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, Scheme.Http);
    }

    private void ServeTunnel(Scheme scheme) => Serve(scheme, FinBlindScripts.Respond(), async exchange =>
    {
        if (exchange.Request.Method == "CONNECT")
        {
            await exchange.WriteRawAsync("HTTP/1.1 200 OK\r\n\r\nhello"u8.ToArray());
            await Held.ArriveAsync();
            exchange.CloseAfterwards();
        }
    });

    /// <summary>Both ways, with nothing of ours between, and disposed as the transport layer ends connections.</summary>
    private async Task ShouldBeATunnelAsync(WireClient client, Scheme scheme, HttpResponseMessage response)
    {
        Stream tunnel = await response.Content.ReadAsStreamAsync();
        tunnel.CanWrite.ShouldBeTrue();
        tunnel.GetType().Assembly.ShouldBe(typeof(HttpClient).Assembly);
        byte[] hello = new byte[5];
        await tunnel.ReadExactlyAsync(hello).AsTask().WithinAsync();
        hello.ShouldBe("hello"u8.ToArray());
        await tunnel.WriteAsync("world"u8.ToArray());
        await Held.ArrivedAsync();

        await tunnel.DisposeAsync();

        await ShouldSendFinAsync();
        Held.Release();
        (await Server.Connections[0].Ended.WithinAsync()).ShouldBe(scheme.PeacefulEnding());
        await client.WaitForIdleAsync();
        await Recorder.SettleAsync();
        Recorder.ResetsFromClient.ShouldBe(0);
        Logs.AbandonOutcomes().ShouldBeEmpty();
    }
}
