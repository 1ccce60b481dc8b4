using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.WireTests.Responses;

/// <summary>However a body is read, its caller leaves at once when its token fires, and the rest goes by the ladder.</summary>
public sealed class CancelledReadTests : WireTest
{
    public static MatrixTheoryData<Scheme, BodyFraming, ResponseRead> SchemesFramingsAndReads =>
        new(Enum.GetValues<Scheme>(), [BodyFraming.ContentLength, BodyFraming.Chunked], Enum.GetValues<ResponseRead>());

    public static MatrixTheoryData<Scheme, ResponseRead> SchemesAndReads => new(Enum.GetValues<Scheme>(), Enum.GetValues<ResponseRead>());

    public static TheoryData<ResponseRead> Reads => [.. Enum.GetValues<ResponseRead>()];

    [Theory]
    [MemberData(nameof(SchemesFramingsAndReads))]
    public async Task Drain_ReadCancelled_ConnectionServesTheNextRequest(Scheme scheme, BodyFraming framing, ResponseRead read)
    {
        Serve(scheme, exchange => ResponseReads.AnswerHeldAsync(exchange, Held, framing));
        WireClient client = Connect(AbandonStrategy.Drain);

        await AbandonAsync(client, Held, read);
        Server.StopListening();
        Task<string> next = client.Http.GetStringAsync("/next");
        await ShouldBeUntouchedAsync();
        Held.Release();

        (await next.WithinAsync()).ShouldBe("ok");
        await client.WaitForIdleAsync();
        await ShouldBeUntouchedAsync();
        Logs.AbandonOutcomes().ShouldBe(["drained"]);
    }

    [Theory]
    [MemberData(nameof(SchemesAndReads))]
    public async Task Close_ReadCancelled_SendsFinAtOnceAndNoReset(Scheme scheme, ResponseRead read)
    {
        Serve(scheme, exchange => ResponseReads.AnswerHeldAsync(exchange, Held, BodyFraming.ContentLength));
        WireClient client = Connect(AbandonStrategy.Close);

        await AbandonAsync(client, Held, read);

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
        Logs.AbandonOutcomes().ShouldBe(["closed"]);
    }

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task PlainClient_ReadCancelled_SendsReset(ResponseRead read)
    {
        Serve(Scheme.Http, exchange => ResponseReads.AnswerHeldAsync(exchange, Held, BodyFraming.ContentLength));
        WireClient client = Connect(NewSocketsHandlerWithoutDrain());

        await AbandonAsync(client, Held, read);

        await Recorder.WaitForAsync(recorder => recorder.FinsFromClient + recorder.ResetsFromClient > 0);
        Held.Release();
        await Recorder.WaitForAsync(recorder => recorder.ConnectionsResetByClient == 1);
    }

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task Token_Fires_ExceptionIsOfThePlainClientsType(ResponseRead read)
    {
        var heldForPlain = new SyncPoint();
        var held = new Queue<SyncPoint>([heldForPlain, Held]);
        Serve(Scheme.Http, exchange => ResponseReads.AnswerHeldAsync(exchange, held.Dequeue(), BodyFraming.ContentLength));

        OperationCanceledException plain = await AbandonAsync(Connect(NewSocketsHandler()), heldForPlain, read);
        OperationCanceledException graceful = await AbandonAsync(Connect(AbandonStrategy.Drain), Held, read);
        heldForPlain.Release();

        graceful.GetType().ShouldBe(plain.GetType());
    }

    [Theory]
    [MemberData(nameof(SchemesAndReads))]
    public async Task Read_NotCancelled_IsReadToItsEndAndChangesNothing(Scheme scheme, ResponseRead read)
    {
        Serve(scheme, exchange => ResponseReads.AnswerHeldAsync(exchange, Held, BodyFraming.Chunked));
        WireClient client = Connect(AbandonStrategy.Drain);
        using var caller = new CancellationTokenSource();

        Task reading = read.RunAsync(client.Http, "/held", caller.Token);
        await client.ResponseReceived.WithinAsync();
        await Held.ArrivedAsync();
        reading.IsCompleted.ShouldBeFalse();
        Held.Release();

        await reading.WithinAsync();
        (await client.Http.GetStringAsync("/next").WithinAsync()).ShouldBe("ok");
        await ShouldBeUntouchedAsync();
        Logs.AbandonOutcomes().ShouldBeEmpty();
    }

    private static Task<OperationCanceledException> AbandonAsync(WireClient client, SyncPoint held, ResponseRead read) =>
        client.AbandonAsync(held, (http, token) => read.RunAsync(http, "/held", token), client.ResponseReceived);
}
