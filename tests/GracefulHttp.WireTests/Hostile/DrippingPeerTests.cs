using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;
using GracefulHttp.TestKit.Time;

namespace GracefulHttp.WireTests.Hostile;

/// <summary>A peer that keeps a closing connection busy, a byte at a time: no byte buys it time. That of a drain is DrainLimitTests'.</summary>
public sealed class DrippingPeerTests : WireTest
{
    private const int Drips = 5;

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task LingerTimeout_PeerFeedsByDrips_EndsAllTheSame(Scheme scheme)
    {
        ExpectedWarning = "linger_timeout";
        SyncPoint[] drips = [.. Enumerable.Range(0, Drips).Select(static _ => new SyncPoint())];
        Serve(scheme, async exchange =>
        {
            await exchange.WriteHeadAsync(BodyFraming.Chunked);
            foreach (SyncPoint drip in drips)
            {
                await drip.ArriveAsync();
                await exchange.WriteBodyAsync(new byte[1]);
            }

            await Held.ArriveAsync();
        });
        var clock = new FakeTimeProvider();
        var options = new GracefulHttpOptions { Strategy = AbandonStrategy.Close, LingerTimeout = TimeSpan.FromSeconds(Drips) };
        WireClient client = Connect(options, clock);

        await client.AbandonAsync(drips[0], Phase.ChunkedBody);
        await ShouldSendFinAsync();
        Task idle = client.WaitForIdleAsync();
        for (int i = 0; i < Drips; i++)
        {
            idle.IsCompleted.ShouldBeFalse();
            drips[i].Release();
            await (i + 1 < Drips ? drips[i + 1] : Held).ArrivedAsync();
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        await idle;
        Held.IsReleased.ShouldBeFalse();
        clock.ArmedTimers.ShouldBe(0);
    }
}
