using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Time;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.WireTests.Peers;

/// <summary>A peer that has read the client's close_notify and FIN, answers neither, and keeps its socket: it costs the budget.</summary>
public sealed class SilentPeerTests : OpenSslPeerTest
{
    [Theory]
    [InlineData(Scheme.HttpsTls12)]
    [InlineData(Scheme.HttpsTls13)]
    public async Task Peer_NeverAnswers_LingerEndsWithItsTimeout(Scheme scheme)
    {
        ExpectedOutcome = "linger_timeout";
        await ServeAsync(scheme);
        var clock = new FakeTimeProvider();
        var options = new GracefulHttpOptions { Strategy = AbandonStrategy.Close, LingerTimeout = TimeSpan.FromSeconds(5) };
        using var graceful = new GracefulHttpHandler(options, NewHandler()) { LoggerFactory = Logs, TimeProvider = clock };

        await AbandonAsync(Connect(graceful), "/silence");
        await Peer.SaysAsync("fin");
        await Recorder.SettleAsync();
        int port = await FirstPortAsync();
        Peer.Events(port).ShouldBe(["held", "close_notify", "fin"]);

        // A FIN that is not acknowledged yet (delayed ACK) looks like a full send queue to the library.
        Segment fin = Recorder.Segments.First(segment => segment.FromClient && segment.IsFin);
        await Recorder.WaitForAsync(recorder => recorder.Segments.Any(segment => segment.Acknowledges(fin)));
        await clock.WaitForTimerAsync();
        SocketOwnership.IsHeld(port, Peer.Port).ShouldBeTrue();
        Task idle = graceful.WaitForIdleAsync();
        clock.Advance(options.LingerTimeout - TimeSpan.FromTicks(1));
        idle.IsCompleted.ShouldBeFalse();
        clock.Advance(TimeSpan.FromTicks(1));

        await idle.WithinAsync();
        clock.ArmedTimers.ShouldBe(0);
        SocketOwnership.IsHeld(port, Peer.Port).ShouldBeFalse();
        Recorder.ResetsFromClient.ShouldBe(0, "nobody has sent anything that an RST could answer");
        await Peer.ReleaseAsync();
        (await Peer.EndedAsync(port))[^1].ShouldBe("ended");
    }
}
