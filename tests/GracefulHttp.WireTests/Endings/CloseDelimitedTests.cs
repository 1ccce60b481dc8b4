using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.WireTests.Endings;

/// <summary>Answers that end with their connection: no length told, HTTP/1.0, or Connection: close. The server closes first.</summary>
public sealed class CloseDelimitedTests : WireTest
{
    public static MatrixTheoryData<Scheme, ClientCall> SchemesAndCalls => new(Enum.GetValues<Scheme>(), Enum.GetValues<ClientCall>());

    [Theory]
    [MemberData(nameof(SchemesAndCalls))]
    public async Task Close_MidBody_EndsInPeace(Scheme scheme, ClientCall call)
    {
        Serve(scheme, FinBlindScripts.StalledBody(Held, BodyFraming.CloseDelimited));
        WireClient client = Connect(AbandonStrategy.Close);

        await client.AbandonAsync(Held, Phase.ContentLengthBody, call);

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task PlainClient_MidBody_SendsReset(Scheme scheme)
    {
        Serve(scheme, FinBlindScripts.StalledBody(Held, BodyFraming.CloseDelimited));
        WireClient client = Connect(NewSocketsHandlerWithoutDrain());

        await client.AbandonAsync(Held, Phase.ContentLengthBody, ClientCall.ReadAsync);

        await Recorder.WaitForAsync(recorder => recorder.FinsFromClient + recorder.ResetsFromClient > 0);
        Held.Release();
        await Recorder.WaitForAsync(recorder => recorder.ConnectionsResetByClient == 1);
    }

    [Theory]
    [MemberData(nameof(SchemesAndCalls))]
    public async Task Drain_MidBody_ReadsToTheServersEndAndResetsNothing(Scheme scheme, ClientCall call)
    {
        Serve(scheme, FinBlindScripts.StalledBody(Held, BodyFraming.CloseDelimited));
        WireClient client = Connect(AbandonStrategy.Drain);

        await client.AbandonAsync(Held, Phase.ContentLengthBody, call);
        await ShouldBeUntouchedAsync();
        Held.Release();

        await ShouldHaveEndedInPeaceBothWaysAsync(client);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task ConnectionClose_AnswerRead_EndsInPeaceBothWays(Scheme scheme)
    {
        Serve(scheme, exchange => AnswerAndCloseAsync(exchange, BodyFraming.ContentLength));
        WireClient client = Connect(NewSocketsHandler().UseGracefulClose());

        (await client.Http.GetStringAsync("/held")).ShouldBe("ok");

        await ShouldHaveEndedInPeaceBothWaysAsync(client);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Http10_AnswerRead_EndsInPeaceBothWays(Scheme scheme)
    {
        Serve(scheme, async exchange =>
        {
            await exchange.WriteRawAsync("HTTP/1.0 200 OK\r\n\r\nok"u8.ToArray());
            exchange.CloseAfterwards();
        });
        WireClient client = Connect(NewSocketsHandler().UseGracefulClose());

        (await client.Http.GetStringAsync("/held")).ShouldBe("ok");

        await ShouldHaveEndedInPeaceBothWaysAsync(client);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task ConnectionClose_Abandoned_EndsInPeaceAndIsNotUsedAgain(Scheme scheme)
    {
        Serve(scheme, async exchange =>
        {
            await Held.ArriveAsync();
            await AnswerAndCloseAsync(exchange, BodyFraming.ContentLength);
        });
        WireClient client = Connect(AbandonStrategy.Drain);

        await client.AbandonAsync(Held, Phase.Headers);
        await ShouldBeUntouchedAsync();
        Held.Release();

        await ShouldHaveEndedInPeaceBothWaysAsync(client);
        (await client.Http.GetStringAsync("/next")).ShouldBe("ok");
        Server.Connections.Count.ShouldBe(2);
    }

    private static async Task AnswerAndCloseAsync(FinBlindExchange exchange, BodyFraming framing)
    {
        await exchange.WriteHeadAsync(framing, 2, "200 OK", "Connection: close");
        await exchange.WriteBodyAsync("ok"u8.ToArray());
    }

    /// <summary>A close_notify that crosses the server's FIN would draw an RST from the server.</summary>
    private async Task ShouldHaveEndedInPeaceBothWaysAsync(WireClient client)
    {
        await Recorder.WaitForAsync(recorder => recorder.FinsFromClient == 1 && recorder.FinsFromServer == 1);
        await client.WaitForIdleAsync();
        (await Server.Connections[0].Ended.WithinAsync()).ShouldNotBe(PeerEnding.Reset);
        await Recorder.SettleAsync();
        Recorder.ResetsFromClient.ShouldBe(0);
        Recorder.ResetsFromServer.ShouldBe(0);
    }
}
