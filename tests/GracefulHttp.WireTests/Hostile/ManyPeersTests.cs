using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;
using GracefulHttp.TestKit.Time;
using GracefulHttp.TestKit.Wire;
using GracefulHttp.WireTests.Lessons;

namespace GracefulHttp.WireTests.Hostile;

/// <summary>What peers cost together that answer nothing, and end nothing: sockets up to the counts, for as long as the timeouts.</summary>
public sealed class ManyPeersTests : WireTest
{
    private const int All = 12;
    private const int Drains = 2;
    private const int Lingers = 3;

    private readonly SyncPoint[] _held = [.. Enumerable.Range(0, All).Select(static _ => new SyncPoint())];
    private readonly FakeTimeProvider _clock = new();
    private readonly GracefulHttpOptions _options = new() { MaxConcurrentDrains = Drains, MaxLingeringConnections = Lingers };

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Peers_NeverAnswer_HoldAsManySocketsAsTheCountsAllow(Scheme scheme)
    {
        ExpectedWarning = "linger_evicted";
        WireClient client = await AbandonAllAsync(scheme);

        await Logs.WaitForAsync(_ => Ended("linger_evicted") == All - Drains - Lingers);
        HeldSockets().ShouldBe(Drains + Lingers);

        Array.ForEach(_held, static one => one.Release());
        await client.WaitForIdleAsync();
        Logs.AbandonOutcomes().Count(outcome => outcome == "drained").ShouldBe(Drains);
        Ended("linger_evicted").ShouldBe(All - Drains - Lingers);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Peers_NeverAnswer_HoldNothingOnceTheTimeoutsAreOver(Scheme scheme)
    {
        ExpectedWarning = "linger_timeout";
        _options.MaxLingeringConnections = All;
        WireClient client = await AbandonAllAsync(scheme);
        HeldSockets().ShouldBe(All);

        _clock.Advance(_options.DrainTimeout);
        await Recorder.WaitForAcknowledgedFinsAsync(All);
        await _clock.WaitForTimerAsync();
        Task idle = client.WaitForIdleAsync();
        _clock.Advance(_options.LingerTimeout + TimeSpan.FromSeconds(1));

        await idle;
        HeldSockets().ShouldBe(0);
        Ended("linger_timeout").ShouldBe(All);
        Array.ForEach(_held, static one => one.Release());
    }

    private async Task<WireClient> AbandonAllAsync(Scheme scheme)
    {
        var next = new Queue<SyncPoint>(_held);
        Serve(scheme, exchange => FinBlindScripts.LateHeaders(next.Dequeue())(exchange), RecordingDetail.EverySegment);
        WireClient client = Connect(_options, _clock, maxConnections: All);
        for (int i = 0; i < All; i++)
        {
            await client.AbandonAsync(_held[i], Phase.Headers);
            if (i < Drains)
            {
                // Each on its own, so that it is this drain's timer that is seen.
                await _clock.WaitForTimerAsync(_options.DrainTimeout);
                _clock.Advance(TimeSpan.FromMilliseconds(1));
            }
        }

        await Recorder.WaitForAsync(recorder => recorder.FinsFromClient == All - Drains);
        return client;
    }

    /// <summary>Those that a descriptor of this process keeps; what is left of the others is the kernel's.</summary>
    private int HeldSockets() => Server.Connections.Count(connection => SocketOwnership.IsHeld(connection.ClientPort, Server.Port));

    private int Ended(string outcome) => Logs.Records.Count(record => record.Id.Name == "ConnectionEnded" && Equals(record.Values["Outcome"], outcome));
}
