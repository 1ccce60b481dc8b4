using GracefulHttp.TestKit;
using GracefulHttp.WireTests.Carriers;

namespace GracefulHttp.WireTests.Ghosts;

/// <summary>
/// When a reused connection ends without an answer (HTTP/2: when a stream is refused) the runtime sends the request again over
/// another. Not for a caller who has left.
/// </summary>
public sealed class ConnectionRetryTests : CarrierTest
{
    private bool _refused;

    [Theory]
    [MemberData(nameof(CarrierCells.Ways), MemberType = typeof(CarrierCells))]
    public async Task Drain_RefusedAfterItWasAbandoned_IsNotSentAgain(Carrier carrier, bool withHeaders, bool suppressFlow)
    {
        await ServeAndRefuseAsync(carrier);
        WireClient client = Connect();
        await client.Http.GetStringAsync("/first").WithinAsync();

        await AbandonAsync(client, Held, NewRequest("/held", withHeaders), suppressFlow);
        Held.Release();

        await ShouldSeeNoGhostAsync(client, "GET /first", "GET /held");
    }

    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task NaiveDrain_RefusedAfterItWasAbandoned_IsSentAgain(Carrier carrier)
    {
        await ServeAndRefuseAsync(carrier);
        var naive = new NaiveDrain(NewSockets());
        WireClient client = ConnectThrough(naive);
        await client.Http.GetStringAsync("/first").WithinAsync();

        await AbandonAsync(client, Held, NewRequest("/held"));
        Held.Release();

        await naive.EndedAsync();
        Server.Seen.ShouldBe(["GET /first", "GET /held", "GET /held"]);
    }

    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task Request_NotAbandoned_IsSentAgain(Carrier carrier)
    {
        await ServeAndRefuseAsync(carrier);
        WireClient client = Connect();
        await client.Http.GetStringAsync("/first").WithinAsync();
        Held.Release();
        using var caller = new CancellationTokenSource();

        (await client.Http.GetStringAsync("/held", caller.Token).WithinAsync()).ShouldBe("ok");

        Server.Seen.ShouldBe(["GET /first", "GET /held", "GET /held"]);
    }

    /// <summary>Refuses the first <c>/held</c>, late.</summary>
    private Task ServeAndRefuseAsync(Carrier carrier) => ServeAsync(carrier, async exchange =>
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
}
