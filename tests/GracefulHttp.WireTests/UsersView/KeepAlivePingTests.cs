using System.Net;
using GracefulHttp.TestKit.Servers;
using Microsoft.AspNetCore.Http;

namespace GracefulHttp.WireTests.UsersView;

/// <summary>HTTP/2 keep-alive pings, on an idle connection. The runtime allows no shorter delay than a second.</summary>
public sealed class KeepAlivePingTests
{
    /// <summary>All makes at the same time, because there is nothing to do but wait.</summary>
    [Fact]
    public Task Connection_Idle_IsPingedAndStaysUsable() => Task.WhenAll(Enum.GetValues<ClientMake>().Select(ShouldPingAsync));

    private static async Task ShouldPingAsync(ClientMake make)
    {
        // The second one is not sent before the first has been answered.
        var pings = new PingCounter(expected: 2);
        await using KestrelServer server = await KestrelServer.StartAsync(context => context.Response.WriteAsync("ok"), http2: true);
        await using RelayServer relay = RelayServer.Start(RelayHandshakes.To(server.Port), tap: pings.Add);
        var sockets = new SocketsHttpHandler
        {
            KeepAlivePingDelay = TimeSpan.FromSeconds(1),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
        };
        using HttpClient client = make.NewClient(sockets, new Uri($"http://127.0.0.1:{relay.Port}"));
        client.DefaultRequestVersion = HttpVersion.Version20;
        client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        (await client.GetStringAsync("/")).ShouldBe("ok");

        await pings.SeenAsync();

        (await client.GetStringAsync("/")).ShouldBe("ok");
        relay.Connections.Count.ShouldBe(1);
    }
}
