using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.WireTests;

/// <summary>The pool ends what has been idle for too long. Apart from the others, because its scavenger runs once a second only.</summary>
public sealed class IdleConnectionTests : WireTest
{
    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task UseGracefulClose_IdleTimeoutRunsOut_EndsInPeace(Scheme scheme)
    {
        Serve(scheme, FinBlindScripts.Respond());
        WireClient client = Connect(ShortIdling().UseGracefulClose());
        await client.Http.GetStringAsync("/next");

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
    }

    [Theory]
    [InlineData(Scheme.HttpsTls12)]
    [InlineData(Scheme.HttpsTls13)]
    public async Task PlainClient_IdleTimeoutRunsOut_AnswersTheServersCloseNotifyWithReset(Scheme scheme)
    {
        Serve(scheme, FinBlindScripts.Respond());
        WireClient client = Connect(ShortIdling());
        await client.Http.GetStringAsync("/next");

        await Recorder.WaitForAsync(recorder => recorder.ConnectionsResetByClient == 1);
        (await Server.Connections[0].Ended.WithinAsync()).ShouldBe(PeerEnding.Fin, "no close_notify came before it");
    }

    private static SocketsHttpHandler ShortIdling()
    {
        SocketsHttpHandler handler = NewSocketsHandler();
        handler.PooledConnectionIdleTimeout = TimeSpan.FromMilliseconds(100);
        return handler;
    }
}
