using System.Text;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.WireTests.Drains;

/// <summary>An answer that ends its connection is drained too: the server finishes, and the connection is not used again.</summary>
public sealed class ClosingAnswerTests : WireTest
{
    public static MatrixTheoryData<Scheme, ClosingAnswer> SchemesAndAnswers => new(Enum.GetValues<Scheme>(), Enum.GetValues<ClosingAnswer>());

    [Theory]
    [MemberData(nameof(SchemesAndAnswers))]
    public async Task Drain_LeftBeforeTheAnswer_FinishesAndIsNotPooled(Scheme scheme, ClosingAnswer answer)
    {
        Serve(scheme, async exchange =>
        {
            await Held.ArriveAsync();
            await exchange.WriteRawAsync(First(answer));
            await exchange.WriteRawAsync(Rest(answer));
            exchange.CloseAfterwards();
        });
        WireClient client = Connect(AbandonStrategy.Drain);

        await client.AbandonAsync(Held, Phase.Headers);

        await ShouldFinishAndNotBePooledAsync(client);
    }

    [Theory]
    [MemberData(nameof(SchemesAndAnswers))]
    public async Task Drain_LeftInTheBody_FinishesAndIsNotPooled(Scheme scheme, ClosingAnswer answer)
    {
        Serve(scheme, async exchange =>
        {
            await exchange.WriteRawAsync(First(answer));
            await Held.ArriveAsync();
            await exchange.WriteRawAsync(Rest(answer));
            exchange.CloseAfterwards();
        });
        WireClient client = Connect(AbandonStrategy.Drain);

        await client.AbandonAsync(Held, Phase.ContentLengthBody);

        await ShouldFinishAndNotBePooledAsync(client);
    }

    private static byte[] First(ClosingAnswer answer) => Encoding.ASCII.GetBytes(answer switch
    {
        ClosingAnswer.CloseDelimited => "HTTP/1.1 200 OK\r\n\r\nhalf",
        ClosingAnswer.ConnectionClose => "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 8\r\n\r\nhalf",
        ClosingAnswer.ConnectionCloseChunked => "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        ClosingAnswer.Http10 => "HTTP/1.0 200 OK\r\nContent-Length: 8\r\n\r\nhalf",
        _ => "HTTP/1.0 200 OK\r\n\r\nhalf",
    });

    private static byte[] Rest(ClosingAnswer answer) =>
        answer == ClosingAnswer.ConnectionCloseChunked ? "4\r\nhalf\r\n0\r\n\r\n"u8.ToArray() : "half"u8.ToArray();

    private async Task ShouldFinishAndNotBePooledAsync(WireClient client)
    {
        await ShouldBeUntouchedAsync();
        Held.Release();
        await Recorder.WaitForAsync(recorder => recorder.FinsFromServer == 1);
        await client.WaitForIdleAsync();
        Server.WriteFaults.ShouldBe(0);
        Logs.AbandonOutcomes().ShouldBe(["drained"]);

        // The runtime pools a connection of HTTP/1.0 whose answer told its length, and finds out when it would use it.
        (await client.Http.GetStringAsync("/next").WithinAsync()).ShouldBe("ok");
        await Recorder.WaitForAsync(recorder => recorder.FinsFromClient == 1);
        (await Server.Connections[0].Ended.WithinAsync()).ShouldNotBe(PeerEnding.Reset);
        Server.Connections.Count.ShouldBe(2);
        await Recorder.SettleAsync();
        Recorder.ResetsFromClient.ShouldBe(0);
        Recorder.ResetsFromServer.ShouldBe(0);
    }
}
