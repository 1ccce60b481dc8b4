using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;
using GracefulHttp.TestKit.Time;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.WireTests.Lessons;

/// <summary>
/// aiohttp 3.12.4 waited up to 30 s for the peer's answer to its close_notify, reading whatever streamed in meanwhile, and ran
/// out of descriptors; it now aborts by default (aio-libs/aiohttp #11091, #11148). Ours is bounded in bytes, time and count.
/// </summary>
public sealed class BoundedTlsCloseTests : WireTest
{
    [Fact]
    public async Task TlsClose_PeerStreamsOn_EndsWithItsBytes()
    {
        ExpectedWarning = "linger_size";
        Serve(Scheme.HttpsTls13, StreamOnAsync);
        WireClient client = Connect(new GracefulHttpOptions { Strategy = AbandonStrategy.Close, MaxLingerSize = 100_000 }, new FakeTimeProvider());

        await client.AbandonAsync(Held, Phase.ChunkedBody);
        Held.Release();

        // By the clock of the test no time passes, and the server does not stop by itself.
        await Recorder.WaitForAsync(recorder => recorder.ConnectionsResetByClient == 1);
        await client.WaitForIdleAsync();
    }

    [Fact]
    public async Task TlsClose_PeerNeverAnswers_EndsWithItsTime()
    {
        ExpectedWarning = "linger_timeout";
        Serve(Scheme.HttpsTls13, Phase.Headers.HeldScript(Held), RecordingDetail.EverySegment);
        var clock = new FakeTimeProvider();
        var options = new GracefulHttpOptions { Strategy = AbandonStrategy.Close };
        WireClient client = Connect(options, clock);

        await client.AbandonAsync(Held, Phase.Headers);
        await Recorder.WaitForAcknowledgedFinsAsync(1);
        await clock.WaitForTimerAsync();
        Task idle = client.WaitForIdleAsync();
        clock.Advance(options.LingerTimeout);

        await idle;
        Held.IsReleased.ShouldBeFalse();
    }

    [Fact]
    public async Task TlsClose_ManyPeersNeverAnswer_StayWithinTheirCount()
    {
        const int Most = 3;
        const int All = 10;
        ExpectedWarning = "linger_evicted";
        SyncPoint[] held = [.. Enumerable.Range(0, All).Select(static _ => new SyncPoint())];
        var next = new Queue<SyncPoint>(held);
        Serve(Scheme.HttpsTls13, exchange => FinBlindScripts.LateHeaders(next.Dequeue())(exchange));
        WireClient client = Connect(new GracefulHttpOptions { Strategy = AbandonStrategy.Close, MaxLingeringConnections = Most });

        foreach (SyncPoint one in held)
        {
            await client.AbandonAsync(one, Phase.Headers);
        }

        await Logs.WaitForAsync(_ => Evicted() == All - Most);
        await Recorder.WaitForAsync(recorder => recorder.FinsFromClient == All);
        Array.ForEach(held, static one => one.Release());
        await client.WaitForIdleAsync();
        Evicted().ShouldBe(All - Most);
    }

    private int Evicted() => Logs.Records.Count(static record => Equals(record.Values.GetValueOrDefault("Outcome"), "linger_evicted"));

    private async Task StreamOnAsync(FinBlindExchange exchange)
    {
        await exchange.WriteHeadAsync(BodyFraming.Chunked);
        await exchange.WriteBodyAsync(new byte[1]);
        await Held.ArriveAsync();
        while (exchange.WriteFault is null)
        {
            await exchange.WriteBodyAsync(new byte[16 * 1024]);
        }
    }
}
