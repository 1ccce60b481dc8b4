using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.WireTests;

/// <summary>The opposite: without the feature the RST is there. It shows what the other tests prevent, and that they could see it.</summary>
public sealed class AbortTests : WireTest
{
    [Theory]
    [MemberData(nameof(Cells.All), MemberType = typeof(Cells))]
    public async Task PlainClient_CallerLeaves_SendsReset(Scheme scheme, Phase phase, ClientCall call)
    {
        Serve(scheme, phase.HeldScript(Held));

        await ShouldResetAsync(Connect(NewSocketsHandlerWithoutDrain()), phase, call);
    }

    [Theory]
    [MemberData(nameof(Cells.All), MemberType = typeof(Cells))]
    public async Task Abort_CallerLeaves_SendsResetAsThePlainClientDoes(Scheme scheme, Phase phase, ClientCall call)
    {
        Serve(scheme, phase.HeldScript(Held));

        await ShouldResetAsync(Connect(AbandonStrategy.Abort), phase, call);
    }

    [Theory]
    [MemberData(nameof(Cells.SchemesAndPhases), MemberType = typeof(Cells))]
    public async Task Disabled_CallerLeaves_SendsResetAsThePlainClientDoes(Scheme scheme, Phase phase)
    {
        Serve(scheme, phase.HeldScript(Held));

        await ShouldResetAsync(Connect(new GracefulHttpHandler(new GracefulHttpOptions { Enabled = false }, NewSocketsHandlerWithoutDrain())), phase, ClientCall.GetAsync);
    }

    private async Task ShouldResetAsync(WireClient client, Phase phase, ClientCall call)
    {
        await client.AbandonAsync(Held, phase, call);

        // The connection is ended at once, one way or the other; the answer then finds nobody.
        await Recorder.WaitForAsync(recorder => recorder.FinsFromClient + recorder.ResetsFromClient > 0);
        Held.Release();
        await Recorder.WaitForAsync(recorder => recorder.ConnectionsResetByClient == 1);
        (await Server.Connections[0].Ended.WithinAsync()).ShouldNotBe(PeerEnding.CloseNotifyThenFin);
    }
}
