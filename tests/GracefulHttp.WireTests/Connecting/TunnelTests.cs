using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;
using GracefulHttp.TestKit.Wire;
using GracefulHttp.WireTests.UsersStreams;

namespace GracefulHttp.WireTests.Connecting;

/// <summary>
/// Through a proxy's tunnel: the connection to the proxy ends with FIN and without RST, and the TLS session through it with a
/// close_notify to the origin. The proxy passes FINs on; the origin is FIN-blind.
/// </summary>
public sealed class TunnelTests : WireTest
{
    /// <summary>HTTP goes through SOCKS only: an HTTP proxy understands it (<see cref="HttpProxyTests"/>).</summary>
    public static TheoryData<TunnelKind, Scheme> Tunnels =>
        [.. from kind in Enum.GetValues<TunnelKind>()
            from scheme in Enum.GetValues<Scheme>()
            where kind == TunnelKind.Socks5 || scheme != Scheme.Http
            select (kind, scheme)];

    public static TheoryData<TunnelKind, Scheme, Phase> TunnelsAndPhases =>
        [.. from tunnel in Tunnels
            from phase in Enum.GetValues<Phase>()
            select (tunnel.Data.Item1, tunnel.Data.Item2, phase)];

    [Theory]
    [MemberData(nameof(TunnelsAndPhases))]
    public async Task Close_CallerLeaves_SendsFinToTheProxyAndNoReset(TunnelKind kind, Scheme scheme, Phase phase)
    {
        Serve(scheme, phase.HeldScript(Held));
        await using RelayServer proxy = StartProxy(kind);
        await using SegmentRecorder toProxy = SegmentRecorder.Start(proxy.Port);
        WireClient client = Connect(Through(proxy, kind, graceful: true));

        await client.AbandonAsync(Held, phase);

        await toProxy.WaitForAsync(recorder => recorder.FinsFromClient == 1);
        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
        await ShouldHaveEndedInPeaceAsync(proxy, kind, toProxy);
    }

    [Theory]
    [MemberData(nameof(Tunnels))]
    public async Task Client_Disposed_EndsItsIdleConnectionInPeace(TunnelKind kind, Scheme scheme)
    {
        Serve(scheme, FinBlindScripts.Respond());
        await using RelayServer proxy = StartProxy(kind);
        await using SegmentRecorder toProxy = SegmentRecorder.Start(proxy.Port);
        WireClient client = Connect(Through(proxy, kind, graceful: true));
        (await client.Http.GetStringAsync("/next")).ShouldBe("ok");

        client.Http.Dispose();

        await ShouldEndInPeaceAsync(client, scheme);
        await ShouldHaveEndedInPeaceAsync(proxy, kind, toProxy);
    }

    [Theory]
    [MemberData(nameof(TunnelsAndPhases))]
    public async Task PlainClient_CallerLeaves_SendsResetToTheProxy(TunnelKind kind, Scheme scheme, Phase phase)
    {
        Serve(scheme, phase.HeldScript(Held));
        await using RelayServer proxy = StartProxy(kind);
        await using SegmentRecorder toProxy = SegmentRecorder.Start(proxy.Port);
        WireClient client = Connect(Through(proxy, kind, graceful: false));

        await client.AbandonAsync(Held, phase);
        await toProxy.WaitForAsync(recorder => recorder.FinsFromClient + recorder.ResetsFromClient > 0);
        Held.Release();

        await toProxy.WaitForAsync(recorder => recorder.ConnectionsResetByClient == 1);
        (await Server.Connections[0].Ended.WithinAsync()).ShouldBe(PeerEnding.Fin, "the proxy's; no close_notify came before it");
    }

    /// <summary>Where nothing is changed but for single requests, the tunnel of such a one ends as it does.</summary>
    [Theory]
    [InlineData(TunnelKind.HttpConnect)]
    [InlineData(TunnelKind.HttpsConnect)]
    [InlineData(TunnelKind.Socks5)]
    public async Task Close_OfOneRequestOfAClientThatAborts_SendsFinToTheProxyAndNoReset(TunnelKind kind)
    {
        Serve(Scheme.HttpsTls13, Phase.Headers.HeldScript(Held));
        await using RelayServer proxy = StartProxy(kind);
        await using SegmentRecorder toProxy = SegmentRecorder.Start(proxy.Port);
        var options = new GracefulHttpOptions { Strategy = AbandonStrategy.Abort };
        WireClient client = Connect(new GracefulHttpHandler(options, NewSocketsHandler(proxy, kind)) { LoggerFactory = Logs });

        await client.AbandonAsync(
            Held,
            async (http, token) =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "/held");
                using HttpResponseMessage response = await http.SendAsync(request.SetAbandonStrategy(AbandonStrategy.Close), token);
            },
            Task.CompletedTask);

        await toProxy.WaitForAsync(recorder => recorder.FinsFromClient == 1);
        await ShouldEndInPeaceAsync(client, Scheme.HttpsTls13);
        await ShouldHaveEndedInPeaceAsync(proxy, kind, toProxy);
    }

    /// <summary>The proxy's answer to CONNECT is what is late: no request has been sent, and none is.</summary>
    [Fact]
    public async Task Close_CallerLeavesBeforeTheTunnelStands_SendsNoRequestAndNoReset()
    {
        Serve(Scheme.HttpsTls13, FinBlindScripts.Respond());
        var connecting = new SyncPoint();
        await using RelayServer proxy = RelayServer.Start(RelayHandshakes.HttpConnect(connecting));
        await using SegmentRecorder toProxy = SegmentRecorder.Start(proxy.Port);
        WireClient client = Connect(Through(proxy, TunnelKind.HttpConnect, graceful: true));

        await client.AbandonAsync(connecting, (http, token) => http.GetAsync("/held", token), Task.CompletedTask);
        connecting.Release();

        // The attempt is the pool's now: it ends as a connection that nobody has used.
        await Recorder.WaitForAsync(recorder => recorder.ConnectionsOpened == 1);
        client.Http.Dispose();
        (await proxy.Connections[0].Ended.WithinAsync()).ShouldBe(PeerEnding.Fin);
        await client.WaitForIdleAsync();
        await toProxy.SettleAsync();
        toProxy.ResetsFromClient.ShouldBe(0);
        Server.RequestsReceived.ShouldBe(0);
    }

    /// <summary>Two sessions, one in the other, are one connection to the budget.</summary>
    [Theory]
    [InlineData(TunnelKind.HttpConnect)]
    [InlineData(TunnelKind.HttpsConnect)]
    public async Task MaxLingeringConnections_AsManyTunnels_CutsNone(TunnelKind kind)
    {
        SyncPoint[] held = [new(), new()];
        var next = new Queue<SyncPoint>(held);
        Serve(Scheme.HttpsTls13, exchange => Phase.Headers.HeldScript(next.Dequeue())(exchange));
        await using RelayServer proxy = StartProxy(kind);
        await using SegmentRecorder toProxy = SegmentRecorder.Start(proxy.Port);
        var options = new GracefulHttpOptions { Strategy = AbandonStrategy.Close, MaxLingeringConnections = 2 };
        WireClient client = Connect(new GracefulHttpHandler(options, NewSocketsHandler(proxy, kind)) { LoggerFactory = Logs });

        await client.AbandonAsync(held[0], Phase.Headers);
        await client.AbandonAsync(held[1], Phase.Headers);
        await toProxy.WaitForAsync(recorder => recorder.FinsFromClient == 2);
        Array.ForEach(held, one => one.Release());

        await client.WaitForIdleAsync();
        await toProxy.SettleAsync();
        toProxy.ResetsFromClient.ShouldBe(0);
    }

    /// <summary>A stream of the user's to the proxy takes what it is asked for a read.</summary>
    [Theory]
    [InlineData(Scheme.HttpsTls12)]
    [InlineData(Scheme.HttpsTls13)]
    public async Task Tunnel_OverAStreamOfTheUsers_IsReadByOneAtATime(Scheme scheme)
    {
        Serve(scheme, FinBlindScripts.Respond());
        await using RelayServer proxy = StartProxy(TunnelKind.HttpConnect);
        SocketsHttpHandler sockets = NewSocketsHandler(proxy, TunnelKind.HttpConnect);
        sockets.ConnectCallback = async (context, token) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(context.DnsEndPoint, token);
            return new UsersStream(new NetworkStream(socket, ownsSocket: true));
        };
        WireClient client = Connect(sockets.UseGracefulClose());

        (await client.Http.GetStringAsync("/next")).ShouldBe("ok");
        (await client.Http.GetStringAsync("/next")).ShouldBe("ok");
    }

    private static SocketsHttpHandler NewSocketsHandler(RelayServer proxy, TunnelKind kind)
    {
        string scheme = kind switch { TunnelKind.HttpConnect => "http", TunnelKind.HttpsConnect => "https", _ => "socks5" };
        SocketsHttpHandler sockets = NewSocketsHandlerWithoutDrain();
        sockets.Proxy = new WebProxy($"{scheme}://127.0.0.1:{proxy.Port}");
        return sockets;
    }

    private static RelayServer StartProxy(TunnelKind kind) => kind switch
    {
        TunnelKind.HttpConnect => RelayServer.Start(RelayHandshakes.HttpConnect()),
        TunnelKind.HttpsConnect => RelayServer.Start(RelayHandshakes.HttpConnect(), tls: SslProtocols.Tls13),
        _ => RelayServer.Start(RelayHandshakes.Socks5()),
    };

    private HttpMessageHandler Through(RelayServer proxy, TunnelKind kind, bool graceful)
    {
        SocketsHttpHandler sockets = NewSocketsHandler(proxy, kind);
        return graceful
            ? new GracefulHttpHandler(new GracefulHttpOptions { Strategy = AbandonStrategy.Close }, sockets) { LoggerFactory = Logs }
            : sockets;
    }

    private async Task ShouldHaveEndedInPeaceAsync(RelayServer proxy, TunnelKind kind, SegmentRecorder toProxy)
    {
        PeerEnding peaceful = kind == TunnelKind.HttpsConnect ? PeerEnding.CloseNotifyThenFin : PeerEnding.Fin;
        (await proxy.Connections.ShouldHaveSingleItem().Ended.WithinAsync()).ShouldBe(peaceful);
        await toProxy.SettleAsync();
        toProxy.FinsFromClient.ShouldBe(1);
        toProxy.ResetsFromClient.ShouldBe(0);

        // One connection is one end, however many sessions it carried.
        Logs.Records.Where(record => record.Id.Name == "ConnectionEnded").Select(record => record.Values["Outcome"])
            .ShouldBe(["closed"], Logs.ToString());
    }
}
