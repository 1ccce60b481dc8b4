using GracefulHttp.WireTests.Carriers;

namespace GracefulHttp.WireTests.PerRequest;

/// <summary>A request's own strategy over HTTP/2, where the end of a request is the end of a stream.</summary>
public sealed class Http2StrategyTests : CarrierTest
{
    [Theory]
    [InlineData(Carrier.Http2, AbandonStrategy.Close, 16)]
    [InlineData(Carrier.Http2OverTls, AbandonStrategy.Close, 16)]
    [InlineData(Carrier.Http2, AbandonStrategy.Abort, 16)]
    [InlineData(Carrier.Http2OverTls, AbandonStrategy.Abort, 16)]
    [InlineData(Carrier.Http2, AbandonStrategy.Abort, 0)]
    [InlineData(Carrier.Http2OverTls, AbandonStrategy.Abort, 0)]
    public async Task CloseOrAbort_OnAClientThatDrains_ResetsTheStreamAtOnce(Carrier carrier, AbandonStrategy strategy, int resetBurst)
    {
        await ServeHeldAsync(carrier);
        WireClient client = Connect(options: NewOptions(AbandonStrategy.Drain, resetBurst));

        await AbandonAsync(client, Held, NewRequest("/held").SetAbandonStrategy(strategy));

        // The answer is still held: nobody waits for it.
        await ShouldSeeNoGhostAsync(client, "GET /held");
        await Server.ShouldReceiveResetsAsync(1);
        Recorder.ConnectionsOpened.ShouldBe(1);
    }

    [Theory]
    [InlineData(Carrier.Http2, AbandonStrategy.Close)]
    [InlineData(Carrier.Http2OverTls, AbandonStrategy.Close)]
    [InlineData(Carrier.Http2, AbandonStrategy.Abort)]
    [InlineData(Carrier.Http2OverTls, AbandonStrategy.Abort)]
    public async Task Drain_OnAnyClient_LetsTheStreamFinish(Carrier carrier, AbandonStrategy clients)
    {
        await ServeHeldAsync(carrier);
        WireClient client = Connect(options: NewOptions(clients));

        await AbandonAsync(client, Held, NewRequest("/held").SetAbandonStrategy(AbandonStrategy.Drain));
        Held.Release();

        await ShouldSeeNoGhostAsync(client, "GET /held");
        Server.StreamsReset.ShouldBe(0);
        Outcomes.ShouldBe(["drained"]);
    }

    [Theory]
    [InlineData(Carrier.Http2)]
    [InlineData(Carrier.Http2OverTls)]
    public async Task Close_ResetBudgetIsEmpty_LetsTheStreamFinish(Carrier carrier)
    {
        await ServeHeldAsync(carrier);
        WireClient client = Connect(options: NewOptions(AbandonStrategy.Close, resetBurst: 0));

        await AbandonAsync(client, Held, NewRequest("/held"));
        Held.Release();

        await ShouldSeeNoGhostAsync(client, "GET /held");
        Server.StreamsReset.ShouldBe(0);
        Outcomes.ShouldBe(["drained"]);
    }

    private static GracefulHttpOptions NewOptions(AbandonStrategy strategy, int resetBurst = 16) =>
        new() { Strategy = strategy, Http2ResetBurst = resetBurst, DrainTimeout = TimeSpan.FromHours(1) };
}
