using GracefulHttp.TestKit;
using GracefulHttp.WireTests.Carriers;

namespace GracefulHttp.WireTests.Ghosts;

/// <summary>
/// HTTP/2 does not tell whether a request without headers has been sent. Once abandoned it is reset while the budget lasts; let
/// run after that, its late answer acts for nobody.
/// </summary>
public sealed class Http2GhostTests : CarrierTest
{
    // Twice as many as there are free resets.
    private const int Requests = 6;

    private int _arrived;

    [Theory]
    [InlineData(Carrier.Http2, 16)]
    [InlineData(Carrier.Http2, 0)]
    [InlineData(Carrier.Http2OverTls, 16)]
    [InlineData(Carrier.Http2OverTls, 0)]
    public async Task Drain_ManyWithoutHeaders_NoneIsRedirected(Carrier carrier, int resetBurst)
    {
        var allArrived = new SyncPoint();
        await ServeAsync(carrier, async exchange =>
        {
            if (exchange.Path == "/held")
            {
                await (Interlocked.Increment(ref _arrived) == Requests ? allArrived.ArriveAsync() : Held.ArriveAsync());
                await exchange.AnswerAsync(302, "Location: /ghost");
                return;
            }

            await exchange.AnswerAsync();
        });

        // For longer than this test: no drain timeout ends one that was let run.
        WireClient client = Connect(options: new GracefulHttpOptions { Http2ResetBurst = resetBurst, DrainTimeout = TimeSpan.FromHours(1) });
        await client.Http.GetStringAsync("/first").WithinAsync();
        using var caller = new CancellationTokenSource();
        Task<HttpResponseMessage>[] calls =
            [.. Enumerable.Range(0, Requests).Select(_ => client.Http.SendAsync(NewRequest("/held", withHeaders: false), caller.Token))];
        await allArrived.ArrivedAsync();

        await caller.CancelAsync();
        foreach (Task<HttpResponseMessage> call in calls)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WithinAsync());
        }

        (await client.Http.GetStringAsync("/next").WithinAsync()).ShouldBe("ok");
        allArrived.Release();
        Held.Release();
        await client.WaitForIdleAsync();
        await ShouldSeeNoGhostAsync(client, ["GET /first", .. Enumerable.Repeat("GET /held", Requests), "GET /next"]);
    }
}
