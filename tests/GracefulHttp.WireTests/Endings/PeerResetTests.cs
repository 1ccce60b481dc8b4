using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Diagnostics;
using GracefulHttp.TestKit.Servers;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.WireTests.Endings;

/// <summary>A peer that resets while we linger has ended the connection: that is told as what it is, and answered with nothing.</summary>
public sealed class PeerResetTests
{
    [Fact]
    public async Task Close_PeerResetsWhileLingering_EndsAsPeerReset()
    {
        Assert.SkipUnless(SegmentRecorder.IsAvailable(out string whyNot), whyNot);
        var held = new SyncPoint();
        await using var server = new ResettingServer("", () => held.ArriveAsync());
        await using SegmentRecorder recorder = SegmentRecorder.Start(server.Port);
        using var logs = new RecordingLoggerFactory();
        var options = new GracefulHttpOptions { Strategy = AbandonStrategy.Close };
        await using var client = new WireClient(
            new Uri($"http://127.0.0.1:{server.Port}"), new GracefulHttpHandler(options) { LoggerFactory = logs }, recorder);

        await client.AbandonAsync(held, Phase.Headers);
        await recorder.WaitForAsync(r => r.FinsFromClient == 1);
        held.Release();

        await client.WaitForIdleAsync();
        logs.Records.Single(record => record.Id.Name == "ConnectionEnded").Values["Outcome"].ShouldBe("peer_reset");
        await recorder.SettleAsync();
        recorder.ResetsFromServer.ShouldBe(1);
        recorder.ResetsFromClient.ShouldBe(0);
    }
}
