using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Diagnostics;
using GracefulHttp.TestKit.Time;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.WireTests.Hostile;

/// <summary>
/// A peer that asks without end over HTTP/2, and takes no answer: PING after PING whose acknowledgements it never reads. They wait in the
/// send queue, and behind it in the runtime's own, which has a limit. So the connection ends with a write in flight, or about to be, that
/// nobody takes, under a flood.
/// </summary>
public sealed class DeafHttp2PeerTests
{
    private const byte PingFrame = 6;
    private const int OneRead = 64 * 1024;

    [Fact]
    public async Task Pings_AcknowledgementsAreNeverRead_CostTheRuntimesLimitAndTheLingerSize()
    {
        Assert.SkipUnless(SegmentRecorder.IsAvailable(out string whyNot), whyNot);
        byte[] pings = [.. Enumerable.Repeat(Http2FloodServer.Frame(PingFrame, 0, 0, new byte[8]), 500).SelectMany(static ping => ping)];
        await using var server = new Http2FloodServer([], pings, reads: false);
        await using SegmentRecorder recorder = SegmentRecorder.Start(server.Port);
        using var logs = new RecordingLoggerFactory();

        // No time passes: what ends was ended by its bytes.
        var clock = new FakeTimeProvider();
        var options = new GracefulHttpOptions { MaxLingerSize = 200_000 };
        using var handler = new GracefulHttpHandler(options) { LoggerFactory = logs, TimeProvider = clock };
        await server.AbandonRequestAsync(handler, recorder);

        server.BeginFlood();
        server.MuchIsOut.Release();

        await handler.WaitForIdleAsync().WithinAsync();
        await server.Ended.WithinAsync();
        logs.AbandonOutcomes().ShouldBe(["failed"]);
        IReadOnlyDictionary<string, object?> ended = logs.Records.Single(record => record.Id.Name == "ConnectionEnded").Values;
        ended["Outcome"].ShouldBe("linger_size");
        ((long)ended["Discarded"]!).ShouldBeInRange(options.MaxLingerSize, options.MaxLingerSize + OneRead);
        await recorder.WaitForAsync(r => r.ConnectionsResetByClient == 1);
    }
}
