using System.Text;
using GracefulHttp.TestKit;

namespace GracefulHttp.WireTests.Lessons;

/// <summary>
/// http4s-netty gave connections back to its pool that still had something of the last answer in them, and the next caller read
/// it (http4s/http4s-netty #999). A drain that does not end clean ends its connection.
/// </summary>
public sealed class DirtyConnectionTests : WireTest
{
    public static MatrixTheoryData<Scheme, DirtyAnswer> SchemesAndAnswers => new(Enum.GetValues<Scheme>(), Enum.GetValues<DirtyAnswer>());

    [Theory]
    [MemberData(nameof(SchemesAndAnswers))]
    public async Task Drain_AnswerIsDirty_NextRequestGetsAnotherConnection(Scheme scheme, DirtyAnswer answer)
    {
        Serve(scheme, async exchange =>
        {
            if (exchange.Connection.Number == 1)
            {
                await Held.ArriveAsync();
                await exchange.WriteRawAsync(BytesOf(answer));
                exchange.CloseAfterwards();
            }
            else
            {
                await exchange.RespondAsync("clean");
            }
        });
        WireClient client = Connect(AbandonStrategy.Drain);

        await client.AbandonAsync(Held, Phase.Headers);
        await ShouldBeUntouchedAsync();
        Held.Release();
        await client.WaitForIdleAsync();

        (await client.Http.GetStringAsync("/held").WithinAsync()).ShouldBe("clean");
        Server.Connections.Count.ShouldBe(2);
        Server.RequestsReceived.ShouldBe(2);
    }

    [Theory]
    [InlineData(DirtyAnswer.TruncatedLength)]
    [InlineData(DirtyAnswer.TruncatedChunk)]
    [InlineData(DirtyAnswer.TruncatedHeaders)]
    [InlineData(DirtyAnswer.MalformedStatusLine)]
    [InlineData(DirtyAnswer.MalformedChunkSize)]
    [InlineData(DirtyAnswer.MalformedChunkEnd)]
    public async Task Drain_AnswerIsBroken_IsNotCalledDrained(DirtyAnswer answer)
    {
        Serve(Scheme.Http, async exchange =>
        {
            await Held.ArriveAsync();
            await exchange.WriteRawAsync(BytesOf(answer));
            exchange.CloseAfterwards();
        });
        WireClient client = Connect(AbandonStrategy.Drain);

        await client.AbandonAsync(Held, Phase.Headers);
        Held.Release();
        await client.WaitForIdleAsync();

        Logs.AbandonOutcomes().ShouldBe(["failed"]);
    }

    private static byte[] BytesOf(DirtyAnswer answer)
    {
        const string Ok = "HTTP/1.1 200 OK\r\n";
        const string Surplus = Ok + "Content-Length: 4\r\n\r\nevil";
        return Encoding.ASCII.GetBytes(answer switch
        {
            DirtyAnswer.TruncatedLength => Ok + "Content-Length: 20\r\n\r\nhalf",
            DirtyAnswer.TruncatedChunk => Ok + "Transfer-Encoding: chunked\r\n\r\n20\r\nhalf",
            DirtyAnswer.TruncatedHeaders => Ok + "Content-Length: 4\r\nX-Hal",
            DirtyAnswer.MalformedStatusLine => "TELNET READY\r\n\r\n",
            DirtyAnswer.MalformedChunkSize => Ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\nbody\r\n0\r\n\r\n",
            DirtyAnswer.MalformedChunkEnd => Ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nbody\r\n0\r\n\r\n",
            DirtyAnswer.SurplusAnswer => Ok + "Content-Length: 4\r\n\r\nbody" + Surplus,
            DirtyAnswer.SurplusAnswerAfterChunks => Ok + "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n" + Surplus,
            DirtyAnswer.BodyOfNotModified => "HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\nbody",
            _ => Ok + "Content-Length: 4\r\nContent-Length: 8\r\n\r\nbodyevil",
        });
    }
}
