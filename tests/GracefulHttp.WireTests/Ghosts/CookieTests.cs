using System.Net;
using GracefulHttp.TestKit;
using GracefulHttp.WireTests.Carriers;

namespace GracefulHttp.WireTests.Ghosts;

/// <summary>A cookie that comes when its caller has left is not kept.</summary>
public sealed class CookieTests : CarrierTest
{
    private readonly CookieContainer _jar = new();

    [Theory]
    [MemberData(nameof(CarrierCells.Ways), MemberType = typeof(CarrierCells))]
    public async Task Drain_LateCookie_IsNotKept(Carrier carrier, bool withHeaders, bool suppressFlow)
    {
        await ServeHeldAsync(carrier, 200, "Set-Cookie: late=1");
        WireClient client = Connect(WithJar());

        await AbandonAsync(client, Held, NewRequest("/held", withHeaders), suppressFlow);
        Held.Release();

        await ShouldSeeNoGhostAsync(client, "GET /held");
        _jar.Count.ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task Drain_LateCookieOverAnOldOne_LeavesTheOldOne(Carrier carrier)
    {
        await ServeHeldAsync(carrier, 200, "Set-Cookie: one=late");
        WireClient client = Connect(WithJar());
        _jar.Add(Server.BaseAddress, new Cookie("one", "old"));

        await AbandonAsync(client, Held, NewRequest("/held"));
        Held.Release();

        await ShouldSeeNoGhostAsync(client, "GET /held");
        _jar.GetCookies(Server.BaseAddress).ShouldHaveSingleItem().Value.ShouldBe("old");
    }

    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task Drain_CookiesOff_LateCookieIsDrainedLikeAnyAnswer(Carrier carrier)
    {
        await ServeHeldAsync(carrier, 200, "Set-Cookie: late=1");
        SocketsHttpHandler sockets = WithJar();
        sockets.UseCookies = false;
        WireClient client = Connect(sockets);

        await AbandonAsync(client, Held, NewRequest("/held"));
        Held.Release();

        await ShouldSeeNoGhostAsync(client, "GET /held");
        Outcomes.ShouldBe(["drained"]);
        Recorder.ConnectionsOpened.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task NaiveDrain_LateCookie_IsKept(Carrier carrier)
    {
        await ServeHeldAsync(carrier, 200, "Set-Cookie: late=1");
        var naive = new NaiveDrain(WithJar());
        WireClient client = ConnectThrough(naive);

        await AbandonAsync(client, Held, NewRequest("/held"));
        Held.Release();

        await naive.EndedAsync();
        _jar.Count.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task Request_NotAbandoned_ItsCookieIsKept(Carrier carrier)
    {
        await ServeHeldAsync(carrier, 200, "Set-Cookie: in-time=1");
        WireClient client = Connect(WithJar());
        Held.Release();

        await client.Http.GetStringAsync("/held").WithinAsync();

        _jar.Count.ShouldBe(1);
    }

    private SocketsHttpHandler WithJar()
    {
        SocketsHttpHandler sockets = NewSockets();
        sockets.CookieContainer = _jar;
        return sockets;
    }
}
