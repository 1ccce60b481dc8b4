using GracefulHttp.TestKit;
using GracefulHttp.WireTests.Carriers;

namespace GracefulHttp.WireTests.PerRequest;

/// <summary><see cref="GracefulHttpOptions.StrategySelector"/>: the strategy of each request as it is sent.</summary>
public sealed class SelectorTests : CarrierTest
{
    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task Selector_GivesDrain_ComesBeforeTheClients(Carrier carrier)
    {
        await ServeHeldAsync(carrier);
        WireClient client = Connect(options: NewOptions(AbandonStrategy.Abort, request => request.RequestUri!.AbsolutePath == "/held" ? AbandonStrategy.Drain : null));

        await AbandonAsync(client, Held, NewRequest("/held"));
        Held.Release();

        await ShouldSeeNoGhostAsync(client, "GET /held");
        Outcomes.ShouldBe(["drained"]);
    }

    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task Selector_GivesClose_ComesBeforeTheClients(Carrier carrier)
    {
        await ServeHeldAsync(carrier);
        WireClient client = Connect(options: NewOptions(AbandonStrategy.Drain, _ => AbandonStrategy.Close));

        await AbandonAsync(client, Held, NewRequest("/held"));
        await Logs.WaitForAsync(record => record.Id.Name == "RequestEnded");
        Held.IsReleased.ShouldBeFalse();
        Held.Release();

        await ShouldSeeNoGhostAsync(client, "GET /held");
        Outcomes.ShouldBe(["closed"]);
    }

    [Theory]
    [InlineData(AbandonStrategy.Drain, "drained")]
    [InlineData(AbandonStrategy.Close, "closed")]
    public async Task Selector_GivesNull_TheClientsStands(AbandonStrategy strategy, string outcome)
    {
        await ServeHeldAsync(Carrier.Http);
        WireClient client = Connect(options: NewOptions(strategy, _ => null));

        await AbandonAsync(client, Held, NewRequest("/held"));
        Held.Release();

        await ShouldSeeNoGhostAsync(client, "GET /held");
        Outcomes.ShouldBe([outcome]);
    }

    [Fact]
    public async Task Selector_RequestHasItsOwn_IsNotAsked()
    {
        int asked = 0;
        await ServeHeldAsync(Carrier.Http);
        WireClient client = Connect(options: NewOptions(AbandonStrategy.Abort, _ =>
        {
            asked++;
            return AbandonStrategy.Abort;
        }));

        await AbandonAsync(client, Held, NewRequest("/held").SetAbandonStrategy(AbandonStrategy.Drain));
        Held.Release();

        await client.WaitForIdleAsync();
        Outcomes.ShouldBe(["drained"]);
        asked.ShouldBe(0);
    }

    [Fact]
    public async Task Selector_SeveralRequests_IsAskedOnceForEachWhenItIsSent()
    {
        var asked = new List<string>();
        await ServeHeldAsync(Carrier.Http);
        WireClient client = Connect(options: NewOptions(AbandonStrategy.Drain, request =>
        {
            asked.Add(request.RequestUri!.AbsolutePath);
            return null;
        }));

        await client.Http.GetStringAsync("/next").WithinAsync();
        await AbandonAsync(client, Held, NewRequest("/held"));
        asked.ShouldBe(["/next", "/held"]);
        Held.Release();
        await client.WaitForIdleAsync();

        asked.ShouldBe(["/next", "/held"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Selector_Throws_CallerGetsItAndNothingIsSent(bool synchronously)
    {
        await ServeHeldAsync(Carrier.Http);
        WireClient client = Connect(options: NewOptions(AbandonStrategy.Drain, request =>
            request.RequestUri!.AbsolutePath == "/ghost" ? throw new NotSupportedException("of the user's") : null));
        using HttpRequestMessage request = NewRequest("/ghost");

        using var invoker = new HttpMessageInvoker(client.Graceful!, disposeHandler: false);
        NotSupportedException e = synchronously
            ? Assert.Throws<NotSupportedException>(() => invoker.Send(request, CancellationToken.None))
            : await Assert.ThrowsAsync<NotSupportedException>(() => invoker.SendAsync(request, CancellationToken.None).WithinAsync());

        e.Message.ShouldBe("of the user's");
        await ShouldSeeNoGhostAsync(client);
    }

    private static GracefulHttpOptions NewOptions(AbandonStrategy strategy, Func<HttpRequestMessage, AbandonStrategy?> selector) =>
        new() { Strategy = strategy, StrategySelector = selector, DrainTimeout = TimeSpan.FromHours(1) };
}
