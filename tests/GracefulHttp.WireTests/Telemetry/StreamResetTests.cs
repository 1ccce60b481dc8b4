using GracefulHttp.TestKit.Diagnostics;
using GracefulHttp.WireTests.Http2;

namespace GracefulHttp.WireTests.Telemetry;

/// <summary>Streams that were reset, as Kestrel sees them and as the metric tells.</summary>
public sealed class StreamResetTests : Http2Test
{
    public static MatrixTheoryData<Scheme, Phase, AbandonStrategy> Cells =>
        new([Scheme.Http, Scheme.HttpsTls13], Enum.GetValues<Phase>(), Enum.GetValues<AbandonStrategy>());

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task StreamsReset_CallerLeaves_IsWhatTheServerSees(Scheme scheme, Phase phase, AbandonStrategy strategy)
    {
        WireClient client = await StartAsync(scheme, new GracefulHttpOptions { Strategy = strategy }, HeldIn(phase));

        await client.AbandonAsync(Held, phase);
        if (strategy != AbandonStrategy.Drain)
        {
            await Frames.WaitForResetsAsync(1);
        }

        Held.Release();
        await client.WaitForIdleAsync();

        await ShouldHaveResetAsync(strategy == AbandonStrategy.Drain ? 0 : 1);
        Metrics.Of(GracefulHttpTelemetry.StreamsReset).Select(reset => reset.Tags["graceful_http.outcome"])
            .ShouldBe(strategy switch
            {
                AbandonStrategy.Close => ["closed"],
                AbandonStrategy.Abort => ["aborted"],
                _ => [],
            });
        Measurement abandoned = Metrics.Of(GracefulHttpTelemetry.RequestsAbandoned).ShouldHaveSingleItem();
        abandoned.Tags["graceful_http.phase"].ShouldBe(phase == Phase.Headers ? "waiting_for_headers" : "reading_body");
        abandoned.Tags["url.scheme"].ShouldBe(scheme == Scheme.Http ? "http" : "https");
        abandoned.Tags.GetValueOrDefault("network.protocol.version")
            .ShouldBe(phase == Phase.Headers && strategy != AbandonStrategy.Drain ? null : "2");
    }
}
