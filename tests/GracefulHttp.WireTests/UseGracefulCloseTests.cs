using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.WireTests;

/// <summary>The transport layer alone: whoever ends a connection, it ends in peace.</summary>
public sealed class UseGracefulCloseTests : WireTest
{
    [Theory]
    [MemberData(nameof(Cells.All), MemberType = typeof(Cells))]
    public async Task Request_Cancelled_SendsFinAtOnceAndNoReset(Scheme scheme, Phase phase, ClientCall call)
    {
        Serve(scheme, phase.HeldScript(Held));
        WireClient client = Connect(NewSocketsHandlerWithoutDrain().UseGracefulClose());

        await client.AbandonAsync(Held, phase, call);

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Client_Disposed_EndsItsIdleConnectionInPeace(Scheme scheme)
    {
        Serve(scheme, FinBlindScripts.Respond());
        WireClient client = Connect(NewSocketsHandlerWithoutDrain().UseGracefulClose());
        await client.Http.GetStringAsync("/next");

        client.Http.Dispose();

        await ShouldEndInPeaceAsync(client, scheme);
    }

    [Theory]
    [InlineData(Scheme.HttpsTls12)]
    [InlineData(Scheme.HttpsTls13)]
    public async Task PlainClient_Disposed_AnswersTheServersCloseNotifyWithReset(Scheme scheme)
    {
        Serve(scheme, FinBlindScripts.Respond());
        WireClient client = Connect(NewSocketsHandlerWithoutDrain());
        await client.Http.GetStringAsync("/next");

        client.Http.Dispose();

        (await Server.Connections[0].Ended.WithinAsync()).ShouldBe(PeerEnding.Fin, "no close_notify came before it");
        await Recorder.WaitForAsync(recorder => recorder.ConnectionsResetByClient == 1);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Response_DisposedInTheMiddleOfItsBody_EndsInPeace(Scheme scheme)
    {
        Serve(scheme, Phase.ContentLengthBody.HeldScript(Held));
        WireClient client = Connect(NewSocketsHandlerWithoutDrain().UseGracefulClose());

        using (await client.Http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead))
        {
            await Held.ArrivedAsync();
        }

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
    }
}
