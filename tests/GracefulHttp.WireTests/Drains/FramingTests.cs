using System.Net;
using GracefulHttp.TestKit;

namespace GracefulHttp.WireTests.Drains;

/// <summary>Whatever tells the end of an answer: a drain finds it, and the connection serves the next request.</summary>
public sealed class FramingTests : WireTest
{
    public static MatrixTheoryData<Scheme, AnswerShape> SchemesAndShapes => new(Enum.GetValues<Scheme>(), Enum.GetValues<AnswerShape>());

    public static TheoryData<AnswerShape> Shapes => [.. Enum.GetValues<AnswerShape>()];

    [Theory]
    [MemberData(nameof(SchemesAndShapes))]
    public async Task Drain_LeftBeforeTheAnswer_ConnectionServesTheNextRequest(Scheme scheme, AnswerShape shape)
    {
        Serve(scheme, HeldAnswer.Of(shape).HeldBefore(Held));
        WireClient client = ConnectDecompressing(graceful: true);

        await client.AbandonAsync(Held, new HeldCall(HeldAnswer.MethodOf(shape)).RunAsync, begun: Task.CompletedTask);

        await ShouldServeTheNextAsync(client);
    }

    [Theory]
    [MemberData(nameof(SchemesAndShapes))]
    public async Task Drain_LeftInTheMiddleOfTheAnswer_ConnectionServesTheNextRequest(Scheme scheme, AnswerShape shape)
    {
        HeldAnswer answer = HeldAnswer.Of(shape);
        Serve(scheme, answer.HeldInTheMiddle(Held));
        WireClient client = ConnectDecompressing(graceful: true);
        var call = new HeldCall(HeldAnswer.MethodOf(shape));

        await client.AbandonAsync(Held, call.RunAsync, answer.HeadersComeFirst ? call.Received : Task.CompletedTask);

        await ShouldServeTheNextAsync(client);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task PlainClient_LeftInTheMiddleOfTheAnswer_SendsReset(AnswerShape shape)
    {
        HeldAnswer answer = HeldAnswer.Of(shape);
        Serve(Scheme.Http, answer.HeldInTheMiddle(Held));
        WireClient client = ConnectDecompressing(graceful: false);
        var call = new HeldCall(HeldAnswer.MethodOf(shape));

        await client.AbandonAsync(Held, call.RunAsync, answer.HeadersComeFirst ? call.Received : Task.CompletedTask);

        await Recorder.WaitForAsync(recorder => recorder.FinsFromClient + recorder.ResetsFromClient > 0);
        Held.Release();
        await Recorder.WaitForAsync(recorder => recorder.ConnectionsResetByClient == 1);
    }

    private WireClient ConnectDecompressing(bool graceful)
    {
        SocketsHttpHandler sockets = NewSocketsHandlerWithoutDrain();
        sockets.AutomaticDecompression = DecompressionMethods.All;
        return Connect(graceful ? new GracefulHttpHandler(new GracefulHttpOptions(), sockets) { LoggerFactory = Logs } : sockets);
    }

    private async Task ShouldServeTheNextAsync(WireClient client)
    {
        Server.StopListening();
        Task<string> next = client.Http.GetStringAsync("/next");
        await ShouldBeUntouchedAsync();
        Held.Release();

        (await next.WithinAsync()).ShouldBe("ok");
        await client.WaitForIdleAsync();
        await ShouldBeUntouchedAsync();
        Server.RequestsReceived.ShouldBe(2);
        Logs.AbandonOutcomes().ShouldBe(["drained"]);
    }
}
