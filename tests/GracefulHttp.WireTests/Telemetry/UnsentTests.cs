using System.Net;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Diagnostics;
using GracefulHttp.WireTests.Carriers;
using GracefulHttp.WireTests.Ghosts;

namespace GracefulHttp.WireTests.Telemetry;

/// <summary>What is kept from being sent is counted once, with its reason.</summary>
public sealed class UnsentTests : CarrierTest
{
    private readonly SyncPoint _connecting = new();
    private bool _refused;

    [Theory]
    [MemberData(nameof(CarrierCells.AllStrategies), MemberType = typeof(CarrierCells))]
    public async Task Abandoned_WhileConnecting_IsCountedAsQueued(Carrier carrier, AbandonStrategy strategy)
    {
        await ServeHeldAsync(carrier);
        SocketsHttpHandler sockets = NewSockets();
        sockets.ConnectCallback = new HeldConnect(_connecting, free: 0).ConnectAsync;
        WireClient client = Connect(sockets, new GracefulHttpOptions { Strategy = strategy });

        await AbandonAsync(client, _connecting, NewRequest("/ghost"));
        await client.WaitForIdleAsync();

        ShouldHaveKept("queue");
        Metrics.Of(GracefulHttpTelemetry.RequestsAbandoned).ShouldHaveSingleItem().Tags["graceful_http.phase"].ShouldBe("not_sent");
        Metrics.Of(GracefulHttpTelemetry.StreamsReset).ShouldBeEmpty();
        _connecting.Release();
    }

    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task Abandoned_LateRedirect_IsCounted(Carrier carrier)
    {
        await ServeHeldAsync(carrier, 302, "Location: /ghost");
        await AbandonAndAnswerAsync(Connect());

        ShouldHaveKept("redirect");
        Outcomes.ShouldBe(["would_act"]);
    }

    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task Abandoned_LateChallenge_IsCounted(Carrier carrier)
    {
        await ServeHeldAsync(carrier, 401, "WWW-Authenticate: Basic realm=\"r\"");
        SocketsHttpHandler sockets = NewSockets();
        sockets.Credentials = new NetworkCredential("user", "secret");
        await AbandonAndAnswerAsync(Connect(sockets));

        ShouldHaveKept("authentication");
        Outcomes.ShouldBe(["would_act"]);
    }

    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task Abandoned_LateCookie_IsNoRequest(Carrier carrier)
    {
        await ServeHeldAsync(carrier, 200, "Set-Cookie: a=b");
        await AbandonAndAnswerAsync(Connect());

        Outcomes.ShouldBe(["would_act"]);
        Metrics.Of(GracefulHttpTelemetry.RequestsUnsent).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(Carrier.Http, true)]
    [InlineData(Carrier.Http, false)]
    [InlineData(Carrier.Https, true)]
    [InlineData(Carrier.Https, false)]
    [InlineData(Carrier.Http2, true)]
    [InlineData(Carrier.Http2OverTls, true)]
    public async Task Abandoned_ThenRefused_IsCountedAsRetry(Carrier carrier, bool withHeaders)
    {
        await ServeAsync(carrier, async exchange =>
        {
            if (exchange.Path == "/held" && !_refused)
            {
                _refused = true;
                await Held.ArriveAsync();
                await exchange.RefuseAsync();
                return;
            }

            await exchange.AnswerAsync();
        });
        WireClient client = Connect();
        await client.Http.GetStringAsync("/first").WithinAsync();
        await AbandonAndAnswerAsync(client, withHeaders);

        ShouldHaveKept("retry");
    }

    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task NotAbandoned_Redirected_NothingIsKept(Carrier carrier)
    {
        await ServeHeldAsync(carrier, 302, "Location: /ghost");
        WireClient client = Connect();
        Held.Release();
        using var caller = new CancellationTokenSource();

        (await client.Http.GetStringAsync("/held", caller.Token).WithinAsync()).ShouldBe("ok");

        Server.Seen.ShouldContain("GET /ghost");
        Metrics.Of(GracefulHttpTelemetry.RequestsUnsent).ShouldBeEmpty();
    }

    private async Task AbandonAndAnswerAsync(WireClient client, bool withHeaders = true)
    {
        await AbandonAsync(client, Held, NewRequest("/held", withHeaders));
        Held.Release();
        await client.WaitForIdleAsync();
    }

    private void ShouldHaveKept(string reason)
    {
        Measurement kept = Metrics.Of(GracefulHttpTelemetry.RequestsUnsent).ShouldHaveSingleItem();
        kept.Value.ShouldBe(1);
        kept.Tags["graceful_http.reason"].ShouldBe(reason);
        kept.Tags["server.port"].ShouldBe(Server.Port);
        kept.Tags["http.request.method"].ShouldBe("GET");
    }
}
