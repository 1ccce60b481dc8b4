using System.Net;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;
using GracefulHttp.WireTests.Carriers;

namespace GracefulHttp.WireTests.Ghosts;

/// <summary>A request whose connection is being made is not sent over it once it is abandoned; the connection may serve others.</summary>
public sealed class ConnectingTests : CarrierTest
{
    private readonly SyncPoint _connecting = new();

    [Theory]
    [MemberData(nameof(CarrierCells.Ways), MemberType = typeof(CarrierCells))]
    public async Task Drain_AbandonedWhileConnecting_IsNeverSentAndItsConnectionServesTheNext(Carrier carrier, bool withHeaders, bool suppressFlow)
    {
        await ServeHeldAsync(carrier);
        WireClient client = Connect(HeldAtConnect());

        await AbandonAsync(client, _connecting, NewRequest("/ghost", withHeaders), suppressFlow);

        // The attempt is the pool's, and still held.
        await client.WaitForIdleAsync();
        Recorder.ConnectionsOpened.ShouldBe(0);
        _connecting.Release();
        await Recorder.WaitForAsync(recorder => recorder.ConnectionsOpened == 1);
        await ShouldSeeNoGhostAsync(client);
    }

    [Theory]
    [MemberData(nameof(CarrierCells.AllStrategies), MemberType = typeof(CarrierCells))]
    public async Task AnyStrategy_ManyAbandonedWhileConnecting_NoneIsSent(Carrier carrier, AbandonStrategy strategy)
    {
        await ServeHeldAsync(carrier);

        // For longer than this test: no drain timeout ends one that was let run.
        WireClient client = Connect(HeldAtConnect(), new GracefulHttpOptions { Strategy = strategy, DrainTimeout = TimeSpan.FromHours(1) });

        // More than HTTP/2 resets are free: what was never sent needs no reset.
        for (int i = 0; i < 6; i++)
        {
            await AbandonAsync(client, _connecting, NewRequest("/ghost", withHeaders: false));
        }

        await client.WaitForIdleAsync();
        _connecting.Release();
        await ShouldSeeNoGhostAsync(client);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Drain_AbandonedWhileItsTunnelIsBuilt_IsNeverSent(bool withHeaders)
    {
        await ServeHeldAsync(Carrier.Https);
        await using RelayServer proxy = RelayServer.Start(RelayHandshakes.HttpConnect(_connecting));
        SocketsHttpHandler sockets = NewSockets();
        sockets.Proxy = new WebProxy(new Uri($"http://127.0.0.1:{proxy.Port}")) { BypassProxyOnLocal = false };
        WireClient client = Connect(sockets);

        await AbandonAsync(client, _connecting, NewRequest("/ghost", withHeaders));
        await client.WaitForIdleAsync();
        _connecting.Release();

        await ShouldSeeNoGhostAsync(client);
        client.Http.Dispose();
        await client.WaitForIdleAsync();
    }

    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task NaiveDrain_AbandonedWhileConnecting_IsSent(Carrier carrier)
    {
        await ServeHeldAsync(carrier);
        WireClient client = ConnectThrough(new NaiveDrain(HeldAtConnect()));

        await AbandonAsync(client, _connecting, NewRequest("/ghost"));
        _connecting.Release();

        await Server.SeenAsync("GET /ghost");
    }

    private SocketsHttpHandler HeldAtConnect()
    {
        SocketsHttpHandler sockets = NewSockets();
        sockets.ConnectCallback = new HeldConnect(_connecting).ConnectAsync;
        return sockets;
    }
}
