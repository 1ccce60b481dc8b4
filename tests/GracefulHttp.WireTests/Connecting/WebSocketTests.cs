using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;
using GracefulHttp.TestKit.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace GracefulHttp.WireTests.Connecting;

/// <summary>A WebSocket takes its connection out of the pool; it works over ours, and however it ends the connection ends in peace.</summary>
public sealed class WebSocketTests : WireTest
{
    // RFC 6455 §1.3.
    private const string AcceptGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Closed_ByItsClient_EndsInPeace(Scheme scheme)
    {
        await using KestrelServer server = await KestrelServer.StartAsync(EchoAsync, scheme.Tls());
        await using SegmentRecorder recorder = SegmentRecorder.Start(server.Port);
        using GracefulHttpHandler handler = NewGracefulHandler();
        using var client = new HttpMessageInvoker(handler);
        using (ClientWebSocket socket = await ConnectAsync(server.BaseAddress, client))
        {
            byte[] echoed = new byte[10];
            await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, default);
            WebSocketReceiveResult received = await socket.ReceiveAsync(echoed, default).WithinAsync();
            Encoding.UTF8.GetString(echoed, 0, received.Count).ShouldBe("hello");

            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", default).WithinAsync();
        }

        await recorder.WaitForAsync(r => r.FinsFromClient == 1);
        await handler.WaitForIdleAsync().WithinAsync();
        await recorder.SettleAsync();
        recorder.ResetsFromClient.ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Aborted_WithAMessageOnItsWay_EndsInPeace(Scheme scheme)
    {
        Serve(scheme, SpeakAsync);
        WireClient client = Connect(NewGracefulHandler());
        using ClientWebSocket socket = await ConnectAsync(Server.BaseAddress, client.Http);
        await Held.ArrivedAsync();

        socket.Abort();

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task AbortedOverThePlainClient_WithAMessageOnItsWay_SendsReset(Scheme scheme)
    {
        Serve(scheme, SpeakAsync);
        WireClient client = Connect(NewSocketsHandler());
        using ClientWebSocket socket = await ConnectAsync(Server.BaseAddress, client.Http);
        await Held.ArrivedAsync();

        socket.Abort();
        await Recorder.WaitForAsync(recorder => recorder.FinsFromClient + recorder.ResetsFromClient > 0);
        Held.Release();

        await Recorder.WaitForAsync(recorder => recorder.ConnectionsResetByClient == 1);
    }

    private GracefulHttpHandler NewGracefulHandler() => new(new GracefulHttpOptions(), NewSocketsHandler()) { LoggerFactory = Logs };

    private static async Task<ClientWebSocket> ConnectAsync(Uri server, HttpMessageInvoker client)
    {
        var socket = new ClientWebSocket();
        var address = new UriBuilder(server) { Scheme = server.Scheme == "https" ? "wss" : "ws", Path = "/held" };
        await socket.ConnectAsync(address.Uri, client, default).WithinAsync();
        return socket;
    }

    private static async Task EchoAsync(HttpContext context)
    {
        context.Response.Headers.SecWebSocketAccept = Accept(context.Request.Headers.SecWebSocketKey.ToString());
        context.Response.Headers.Upgrade = "websocket";
        context.Response.Headers.Connection = "Upgrade";
        Stream stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        using WebSocket socket = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true });
        byte[] buffer = new byte[100];
        while (await socket.ReceiveAsync(buffer, default) is { MessageType: not WebSocketMessageType.Close } received)
        {
            await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, default);
        }

        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, default);
    }

    /// <summary>FIN-blind: two messages, the second one when the client has gone.</summary>
    private async Task SpeakAsync(FinBlindExchange exchange)
    {
        string accept = Accept(exchange.Request.Headers["Sec-WebSocket-Key"]);
        await exchange.WriteRawAsync(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"));

        // FIN and opcode 1, length 5.
        byte[] message = [0x81, 5, .. "hello"u8];
        await exchange.WriteRawAsync(message);
        await Held.ArriveAsync();
        await exchange.WriteRawAsync(message);
    }

    private static string Accept(string key)
    {
#pragma warning disable CA5350 // The protocol's choice; it protects nothing.
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + AcceptGuid)));
#pragma warning restore CA5350
    }
}
