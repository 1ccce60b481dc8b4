using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace GracefulHttp.WireTests.Http2;

/// <summary>WebSockets through the message layer: 101 over HTTP/1.1, extended CONNECT (RFC 8441) over HTTP/2. Neither is wrapped.</summary>
public sealed class WebSocketTests
{
    private readonly TaskCompletionSource<WebSocketCloseStatus?> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static MatrixTheoryData<Scheme, bool, AbandonStrategy> Cases =>
        new(Enum.GetValues<Scheme>(), [false, true], [AbandonStrategy.Drain, AbandonStrategy.Close]);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task WebSocket_ThroughTheHandler_TalksBothWaysAndCloses(Scheme scheme, bool http2, AbandonStrategy strategy)
    {
        await using KestrelServer server = await KestrelServer.StartAsync(EchoAsync, scheme.Tls(), http2);
        using var handler = new GracefulHttpHandler(
            new GracefulHttpOptions { Strategy = strategy }, new SocketsHttpHandler().TrustTestCertificate());
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        using var socket = new ClientWebSocket();
        socket.Options.HttpVersion = http2 ? HttpVersion.Version20 : HttpVersion.Version11;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        var address = new UriBuilder(server.BaseAddress) { Scheme = scheme == Scheme.Http ? "ws" : "wss" };
        using var caller = new CancellationTokenSource();

        await socket.ConnectAsync(address.Uri, invoker, caller.Token).WithinAsync();
        byte[] received = new byte[16];
        foreach (string word in (string[])["one", "two", "three"])
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(word), WebSocketMessageType.Text, endOfMessage: true, caller.Token);
            ValueWebSocketReceiveResult result = await socket.ReceiveAsync(received.AsMemory(), caller.Token).AsTask().WithinAsync();
            Encoding.ASCII.GetString(received, 0, result.Count).ShouldBe(word);
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, caller.Token).WithinAsync();

        (await _closed.Task.WithinAsync()).ShouldBe(WebSocketCloseStatus.NormalClosure);
        await handler.WaitForIdleAsync().WithinAsync();
    }

    private static async Task<Stream> AcceptAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect)
        {
            context.Response.StatusCode = 200;
            return await connect.AcceptAsync();
        }

        string key = context.Request.Headers.SecWebSocketKey + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
#pragma warning disable CA5350 // RFC 6455 §4.2.2 says SHA-1.
        context.Response.Headers.SecWebSocketAccept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key)));
#pragma warning restore CA5350
        context.Response.Headers.Upgrade = "websocket";
        return await context.Features.Get<IHttpUpgradeFeature>()!.UpgradeAsync();
    }

    private async Task EchoAsync(HttpContext context)
    {
        await using Stream stream = await AcceptAsync(context);
        using var socket = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true });
        byte[] buffer = new byte[16];
        while (true)
        {
            ValueWebSocketReceiveResult result = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            if (result.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
                _closed.SetResult(socket.CloseStatus);
                return;
            }

            await socket.SendAsync(buffer.AsMemory(0, result.Count), result.MessageType, result.EndOfMessage, CancellationToken.None);
        }
    }
}
