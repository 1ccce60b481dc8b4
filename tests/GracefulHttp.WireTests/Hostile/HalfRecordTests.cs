using GracefulHttp.TestKit.Servers;
using GracefulHttp.TestKit.Time;
using GracefulHttp.TestKit.Wire;
using GracefulHttp.WireTests.Lessons;

namespace GracefulHttp.WireTests.Hostile;

/// <summary>A TLS peer that stops in the middle of a record, which the session waits for, and answers neither close_notify nor FIN.</summary>
public sealed class HalfRecordTests : WireTest
{
    // "application_data", 16,384 bytes of it (RFC 8446 §5.1), of which hardly any come.
    private static readonly byte[] HalfRecord = [23, 3, 3, 0x40, 0, .. new byte[100]];

    public static MatrixTheoryData<Scheme, Phase> TlsAndPhases => new([Scheme.HttpsTls12, Scheme.HttpsTls13], Enum.GetValues<Phase>());

    [Theory]
    [MemberData(nameof(TlsAndPhases))]
    public async Task Close_PeerStopsInARecord_CostsTheLingerTimeout(Scheme scheme, Phase phase)
    {
        ExpectedWarning = "linger_timeout";
        Serve(
            scheme,
            async exchange =>
            {
                if (phase != Phase.Headers)
                {
                    await exchange.WriteHeadAsync(phase == Phase.ChunkedBody ? BodyFraming.Chunked : BodyFraming.ContentLength, 20);
                    await exchange.WriteBodyAsync(new byte[10]);
                }

                await exchange.WriteBelowTlsAsync(HalfRecord);
                await Held.ArriveAsync();
            },
            RecordingDetail.EverySegment);
        var clock = new FakeTimeProvider();
        var options = new GracefulHttpOptions { Strategy = AbandonStrategy.Close };
        WireClient client = Connect(options, clock);

        await client.AbandonAsync(Held, phase);
        await Recorder.WaitForAcknowledgedFinsAsync(1);
        await clock.WaitForTimerAsync();
        Task idle = client.WaitForIdleAsync();
        clock.Advance(options.LingerTimeout - TimeSpan.FromTicks(1));
        idle.IsCompleted.ShouldBeFalse();
        clock.Advance(TimeSpan.FromTicks(1));

        await idle;
        clock.ArmedTimers.ShouldBe(0);
        Held.IsReleased.ShouldBeFalse();
        Recorder.ResetsFromClient.ShouldBe(0);
    }
}
