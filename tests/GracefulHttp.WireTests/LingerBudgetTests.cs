using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Time;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.WireTests;

/// <summary>Close → Abort: what a peer can cost that does not end its side. At the bottom of the ladder there is an RST.</summary>
public sealed class LingerBudgetTests : WireTest
{
    [Theory]
    [MemberData(nameof(Cells.SchemesAndPhases), MemberType = typeof(Cells))]
    public async Task MaxLingeringConnections_Zero_ResetsAtOnce(Scheme scheme, Phase phase)
    {
        Serve(scheme, phase.HeldScript(Held));
        int timeWaitBefore = KernelSocketTable.TimeWaitSockets(Server.Port);
        WireClient client = Connect(new GracefulHttpOptions { Strategy = AbandonStrategy.Close, MaxLingeringConnections = 0 });

        await client.AbandonAsync(Held, phase);

        await Recorder.WaitForAsync(recorder => recorder.ConnectionsResetByClient == 1);
        await client.WaitForIdleAsync();
        Held.IsReleased.ShouldBeFalse();
        KernelSocketTable.TimeWaitSockets(Server.Port).ShouldBe(timeWaitBefore);
    }

    [Theory]
    [MemberData(nameof(Cells.SchemesAndPhases), MemberType = typeof(Cells))]
    public async Task LingerTimeout_RunsOut_LateAnswerDrawsReset(Scheme scheme, Phase phase)
    {
        ExpectedWarning = "linger_timeout";
        Serve(scheme, phase.HeldScript(Held), RecordingDetail.EverySegment);
        var clock = new FakeTimeProvider();
        var options = new GracefulHttpOptions { Strategy = AbandonStrategy.Close, LingerTimeout = TimeSpan.FromSeconds(5) };
        WireClient client = Connect(options, clock);

        await client.AbandonAsync(Held, phase);
        await ShouldSendFinAsync();

        // A FIN that is not acknowledged yet (delayed ACK, 40 ms) looks like a full send queue to the library.
        await Recorder.WaitForAsync(recorder =>
        {
            Segment fin = recorder.Segments.First(segment => segment.FromClient && segment.IsFin);
            return recorder.Segments.Any(segment => segment.Acknowledges(fin));
        });
        await clock.WaitForTimerAsync();
        Task idle = client.WaitForIdleAsync();
        clock.Advance(options.LingerTimeout - TimeSpan.FromTicks(1));
        idle.IsCompleted.ShouldBeFalse();
        clock.Advance(TimeSpan.FromTicks(1));

        await idle;

        // Giving up is no reset yet: that is for the answer to draw.
        await Recorder.SettleAsync();
        Recorder.ResetsFromClient.ShouldBe(0);
        Held.IsReleased.ShouldBeFalse();
        Held.Release();
        await Recorder.WaitForAsync(recorder => recorder.ConnectionsResetByClient == 1);
    }

    [Theory]
    [MemberData(nameof(Cells.SchemesAndPhases), MemberType = typeof(Cells))]
    public async Task MaxLingerSize_Exceeded_Resets(Scheme scheme, Phase phase)
    {
        ExpectedWarning = "linger_size";
        Serve(scheme, phase.HeldScript(Held, rest: 8 * 1024 * 1024));
        WireClient client = Connect(new GracefulHttpOptions { Strategy = AbandonStrategy.Close, MaxLingerSize = 100_000 });

        await client.AbandonAsync(Held, phase);
        await ShouldSendFinAsync();
        Held.Release();

        await Recorder.WaitForAsync(recorder => recorder.ConnectionsResetByClient == 1);
        await client.WaitForIdleAsync();
    }

    [Fact]
    public async Task MaxLingeringConnections_Reached_CutsTheOldest()
    {
        ExpectedWarning = "linger_evicted";
        SyncPoint[] held = [new(), new()];
        var next = new Queue<SyncPoint>(held);
        Serve(Scheme.Http, exchange => Phase.Headers.HeldScript(next.Dequeue())(exchange));
        WireClient client = Connect(new GracefulHttpOptions { Strategy = AbandonStrategy.Close, MaxLingeringConnections = 1 });

        await client.AbandonAsync(held[0], Phase.Headers);
        await Recorder.WaitForAsync(recorder => recorder.FinsFromClient == 1);
        await client.AbandonAsync(held[1], Phase.Headers);
        await Recorder.WaitForAsync(recorder => recorder.FinsFromClient == 2);
        Array.ForEach(held, one => one.Release());

        // Both answers are late: the first finds a closed socket, the second a lingering one.
        await Recorder.WaitForAsync(recorder => recorder.ConnectionsResetByClient == 1);
        await Server.Connections[1].Ended.WithinAsync();
        await client.WaitForIdleAsync();
        await Recorder.SettleAsync();
        Recorder.Segments.Where(segment => segment.IsReset && segment.FromClient).Select(segment => segment.ClientPort).Distinct()
            .ShouldBe([Server.Connections[0].ClientPort]);
    }
}
