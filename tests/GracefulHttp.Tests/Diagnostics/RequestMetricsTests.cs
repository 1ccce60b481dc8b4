using GracefulHttp.Abandonment;
using GracefulHttp.TestKit.Diagnostics;
using GracefulHttp.Tests.Abandonment;
using Microsoft.Extensions.Logging;

namespace GracefulHttp.Tests.Diagnostics;

/// <summary>What is measured of an abandoned request, for each phase and outcome.</summary>
public sealed class RequestMetricsTests
{
    public static TheoryData<string, string> Cells => AbandonedRequests.Cells;

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task RequestsAbandoned_Ended_IsCountedOnceWithAllItsTags(string phaseName, string outcomeName)
    {
        var (phase, outcome) = Parse(phaseName, outcomeName);
        using MessageLayerFixture fixture = AbandonedRequests.NewFixture(outcome);

        await AbandonedRequests.RunAsync(fixture, phase, outcome);

        Measurement counted = fixture.Metrics.Of(GracefulHttpTelemetry.RequestsAbandoned).ShouldHaveSingleItem();
        counted.Value.ShouldBe(1);
        Dictionary<string, object?> expected = ExpectedTags(phase, outcome);
        expected.Add("graceful_http.phase", phase.ToTag());
        counted.Tags.ShouldBe(expected, ignoreOrder: true);
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Drain_Ended_IsMeasuredWhereItWasDrainedAndNowhereElse(string phaseName, string outcomeName)
    {
        var (phase, outcome) = Parse(phaseName, outcomeName);
        using MessageLayerFixture fixture = AbandonedRequests.NewFixture(outcome);

        await AbandonedRequests.AbandonAsync(fixture, phase);
        if (AbandonedRequests.IsDrained(outcome))
        {
            await fixture.Clock.WaitForTimerAsync(AbandonedRequests.DrainTimeout);
            fixture.Metrics.Sum(GracefulHttpTelemetry.DrainsActive, ("server.address", "test"), ("http.request.method", "GET")).ShouldBe(1);
            fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        await AbandonedRequests.EndAsync(fixture, phase, outcome);

        fixture.Metrics.Sum(GracefulHttpTelemetry.DrainsActive).ShouldBe(0);
        IReadOnlyList<Measurement> durations = fixture.Metrics.Of(GracefulHttpTelemetry.DrainDuration);
        IReadOnlyList<Measurement> sizes = fixture.Metrics.Of(GracefulHttpTelemetry.DrainSize);
        if (!AbandonedRequests.IsDrained(outcome))
        {
            fixture.Metrics.Of(GracefulHttpTelemetry.DrainsActive).ShouldBeEmpty();
            durations.ShouldBeEmpty();
            sizes.ShouldBeEmpty();
            return;
        }

        Measurement duration = durations.ShouldHaveSingleItem();
        duration.Value.ShouldBe(outcome == AbandonOutcome.DrainTimeout ? 4 : 1);
        duration.Tags.ShouldBe(ExpectedTags(phase, outcome), ignoreOrder: true);
        Measurement size = sizes.ShouldHaveSingleItem();
        size.Value.ShouldBe(outcome switch
        {
            AbandonOutcome.Drained => 3,
            AbandonOutcome.DrainSize => AbandonedRequests.MaxDrainSize + 1,
            _ => 0,
        });
        size.Tags.ShouldBe(duration.Tags, ignoreOrder: true);
    }

    [Theory]
    [InlineData("get", "GET")]
    [InlineData("QUERY", "QUERY")]
    [InlineData("BREW", "_OTHER")]
    public async Task Method_AnyCase_IsAsTheRuntimeHasIt(string method, string tag)
    {
        using MessageLayerFixture fixture = AbandonedRequests.NewFixture(AbandonOutcome.Closed);

        await AbandonedRequests.AbandonAsync(fixture, AbandonPhase.WaitingForHeaders, new HttpMethod(method));
        await fixture.EndAsync();

        fixture.Metrics.Of(GracefulHttpTelemetry.RequestsAbandoned).ShouldHaveSingleItem().Tags["http.request.method"].ShouldBe(tag);
    }

    [Theory]
    [InlineData("1.0", "1.0")]
    [InlineData("2.0", "2")]
    [InlineData("3.0", "3")]
    public async Task ProtocolVersion_OfTheAnswer_IsAsTheRuntimeHasIt(string version, string tag)
    {
        using MessageLayerFixture fixture = AbandonedRequests.NewFixture(AbandonOutcome.Drained);
        fixture.AnswerVersion = Version.Parse(version);

        await AbandonedRequests.RunAsync(fixture, AbandonPhase.WaitingForHeaders, AbandonOutcome.Drained);

        fixture.Metrics.Sum(GracefulHttpTelemetry.RequestsAbandoned, ("network.protocol.version", tag)).ShouldBe(1);
    }

    [Theory]
    [InlineData(nameof(AbandonOutcome.Drained), "2.0", 0)]
    [InlineData(nameof(AbandonOutcome.Failed), "2.0", 0)]
    [InlineData(nameof(AbandonOutcome.DrainSize), "2.0", 1)]
    [InlineData(nameof(AbandonOutcome.DrainTimeout), "2.0", 1)]
    [InlineData(nameof(AbandonOutcome.DrainRefused), "2.0", 1)]
    [InlineData(nameof(AbandonOutcome.Closed), "2.0", 1)]
    [InlineData(nameof(AbandonOutcome.Aborted), "2.0", 1)]
    [InlineData(nameof(AbandonOutcome.Closed), "1.1", 0)]
    public async Task StreamsReset_StreamEndedInTheMiddleOfItsBody_IsCounted(string outcomeName, string version, int count)
    {
        AbandonOutcome outcome = Enum.Parse<AbandonOutcome>(outcomeName);
        using MessageLayerFixture fixture = AbandonedRequests.NewFixture(outcome);
        fixture.AnswerVersion = Version.Parse(version);

        await AbandonedRequests.RunAsync(fixture, AbandonPhase.ReadingBody, outcome);

        fixture.Metrics.Of(GracefulHttpTelemetry.StreamsReset).Count.ShouldBe(count);
        fixture.Metrics.Sum(GracefulHttpTelemetry.StreamsReset, ("graceful_http.outcome", outcome.ToTag()), ("server.port", 8443)).ShouldBe(count);
    }

    [Fact]
    public async Task Request_NotAbandoned_IsNotMeasured()
    {
        using MessageLayerFixture fixture = AbandonedRequests.NewFixture(AbandonOutcome.Drained);
        using HttpResponseMessage response = await fixture.GetHeadersAsync();
        fixture.Body.End();
        await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);

        fixture.Metrics.Measurements.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Log_Ended_TellsWhatTheMetricTells(string phaseName, string outcomeName)
    {
        var (phase, outcome) = Parse(phaseName, outcomeName);
        using MessageLayerFixture fixture = AbandonedRequests.NewFixture(outcome);

        await AbandonedRequests.RunAsync(fixture, phase, outcome);

        LogRecord record = fixture.Logs.Records.Where(r => r.Id.Name == "RequestEnded").ShouldHaveSingleItem();
        record.Level.ShouldBe(LogLevel.Debug);
        record.Id.Id.ShouldBe(1);
        record.Values["Method"].ShouldBe("GET");
        record.Values["Host"].ShouldBe("test");
        record.Values["Port"].ShouldBe(8443);
        record.Values["Phase"].ShouldBe(phase.ToTag());
        record.Values["Outcome"].ShouldBe(outcome.ToTag());
        record.Values["Strategy"].ShouldBe(outcome switch
        {
            AbandonOutcome.Closed => AbandonStrategy.Close,
            AbandonOutcome.Aborted => AbandonStrategy.Abort,
            _ => AbandonStrategy.Drain,
        });
        record.Message.ShouldNotContain("secret");
        record.Message.ShouldNotContain("path");
    }

    private static (AbandonPhase Phase, AbandonOutcome Outcome) Parse(string phase, string outcome) =>
        (Enum.Parse<AbandonPhase>(phase), Enum.Parse<AbandonOutcome>(outcome));

    private static Dictionary<string, object?> ExpectedTags(AbandonPhase phase, AbandonOutcome outcome)
    {
        var tags = new Dictionary<string, object?>
        {
            ["url.scheme"] = "https",
            ["server.address"] = "test",
            ["server.port"] = 8443,
            ["http.request.method"] = "GET",
            ["graceful_http.outcome"] = outcome.ToTag(),
        };
        if (phase == AbandonPhase.ReadingBody || outcome is AbandonOutcome.Drained or AbandonOutcome.DrainSize)
        {
            tags.Add("network.protocol.version", "1.1");
        }

        if (outcome == AbandonOutcome.Failed)
        {
            tags.Add("error.type", phase == AbandonPhase.ReadingBody ? "response_ended" : "connection_error");
        }

        return tags;
    }
}
