using System.Runtime.CompilerServices;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.WireTests.Endings;

/// <summary>A response that its caller neither reads nor disposes: its descriptor is closed when it is collected.</summary>
public sealed class LeakedResponseTests : WireTest
{
    private const int Collections = 100;

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task UseGracefulClose_ResponseLeaked_EndsItsConnection(Scheme scheme)
    {
        Serve(scheme, FinBlindScripts.StalledBody(Held, BodyFraming.ContentLength));

        await ShouldEndWhenCollectedAsync(Connect(NewSocketsHandler().UseGracefulClose()));
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task GracefulHttpHandler_ResponseLeaked_EndsItsConnection(Scheme scheme)
    {
        Serve(scheme, FinBlindScripts.StalledBody(Held, BodyFraming.ContentLength));

        await ShouldEndWhenCollectedAsync(Connect(AbandonStrategy.Drain));
    }

    private async Task ShouldEndWhenCollectedAsync(WireClient client)
    {
        await LeakAsync(client);
        await Held.ArrivedAsync();

        for (int i = 0; i < Collections && Recorder.FinsFromClient + Recorder.ResetsFromClient == 0; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Recorder.SettleAsync();
        }

        (Recorder.FinsFromClient + Recorder.ResetsFromClient).ShouldBeGreaterThan(0);
        (await client.Http.GetStringAsync("/next").WithinAsync()).ShouldBe("ok", "its place in the pool is free again");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task LeakAsync(WireClient client) =>
        await client.Http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead);
}
