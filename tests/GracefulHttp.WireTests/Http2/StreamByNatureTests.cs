using GracefulHttp.TestKit;
using Microsoft.AspNetCore.Http;

namespace GracefulHttp.WireTests.Http2;

/// <summary>Server-sent events and gRPC have no end that is worth waiting for: under Drain too they are told at once.</summary>
public sealed class StreamByNatureTests : Http2Test
{
    public static MatrixTheoryData<Scheme, string> SchemesAndTypes =>
        new(Enum.GetValues<Scheme>(), ["text/event-stream", "text/event-stream; charset=utf-8", "application/grpc", "application/grpc+proto"]);

    [Theory]
    [MemberData(nameof(SchemesAndTypes))]
    public async Task Drain_LeftInTheStream_ResetsItAtOnce(Scheme scheme, string type)
    {
        WireClient client = await StartAsync(scheme, new GracefulHttpOptions(), AnswerAs(type));

        await client.AbandonAsync(Held, Phase.ChunkedBody, ClientCall.ReadAsync);

        await ShouldBeResetAtOnceAsync(client);
    }

    [Theory]
    [MemberData(nameof(SchemesAndTypes))]
    public async Task Drain_Disposed_ResetsItAtOnce(Scheme scheme, string type)
    {
        WireClient client = await StartAsync(scheme, new GracefulHttpOptions(), AnswerAs(type));

        HttpResponseMessage response = await client.Http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead);
        await Held.ArrivedAsync();
        response.Dispose();

        await ShouldBeResetAtOnceAsync(client);
    }

    [Fact]
    public async Task Drain_AnswerTurnsOutToBeAStream_ResetsItThen()
    {
        var late = new SyncPoint();
        WireClient client = await StartAsync(Scheme.HttpsTls13, new GracefulHttpOptions(), async (context, held) =>
        {
            await late.ArriveAsync();
            await AnswerAs("text/event-stream")(context, held);
        });

        await client.AbandonAsync(late, Phase.Headers);
        await ShouldHaveResetAsync(0);
        late.Release();

        await ShouldBeResetAtOnceAsync(client);
    }

    [Fact]
    public async Task Drain_AnyOtherType_IsDrained()
    {
        WireClient client = await StartAsync(Scheme.HttpsTls13, new GracefulHttpOptions(), AnswerAs("text/event"));

        await client.AbandonAsync(Held, Phase.ChunkedBody, ClientCall.ReadAsync);
        Held.Release();

        await client.WaitForIdleAsync();
        await ShouldHaveResetAsync(0);
        Completed.ShouldBe(1);
    }

    private static Func<HttpContext, SyncPoint, Task> AnswerAs(string type) => (context, held) =>
    {
        context.Response.ContentType = type;
        return HeldIn(Phase.ChunkedBody)(context, held);
    };

    private async Task ShouldBeResetAtOnceAsync(WireClient client)
    {
        await Frames.WaitForResetsAsync(1);
        Held.IsReleased.ShouldBeFalse();
        await client.WaitForIdleAsync();
        await ShouldHaveResetAsync(1);
        Completed.ShouldBe(0);
        Logs.AbandonOutcomes().ShouldBe(["closed"]);
    }
}
