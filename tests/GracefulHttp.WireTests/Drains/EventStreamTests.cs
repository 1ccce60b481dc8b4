using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.WireTests.Drains;

/// <summary>Server-sent events have no end that is worth waiting for: under Drain too their connection is closed at once.</summary>
public sealed class EventStreamTests : WireTest
{
    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Drain_LeftInTheStream_ClosesAtOnce(Scheme scheme)
    {
        Serve(scheme, AnswerAsync);
        WireClient client = Connect(AbandonStrategy.Drain);

        await client.AbandonAsync(Held, Phase.ChunkedBody, ClientCall.ReadAsync);

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
        Logs.AbandonOutcomes().ShouldBe(["closed"]);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Drain_AnswerTurnsOutToBeAStream_ClosesThen(Scheme scheme)
    {
        var late = new SyncPoint();
        Serve(scheme, async exchange =>
        {
            await late.ArriveAsync();
            await AnswerAsync(exchange);
        });
        WireClient client = Connect(AbandonStrategy.Drain);

        await client.AbandonAsync(late, Phase.Headers);
        await ShouldBeUntouchedAsync();
        late.Release();

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
        Logs.AbandonOutcomes().ShouldBe(["closed"]);
    }

    private async Task AnswerAsync(FinBlindExchange exchange)
    {
        await exchange.WriteHeadAsync(BodyFraming.Chunked, 0, "200 OK", "Content-Type: text/event-stream");
        await exchange.WriteBodyAsync("data: 1\n\n"u8.ToArray());
        await Held.ArriveAsync();
        await exchange.WriteBodyAsync("data: 2\n\n"u8.ToArray());
        await exchange.FinishAsync();
    }
}
