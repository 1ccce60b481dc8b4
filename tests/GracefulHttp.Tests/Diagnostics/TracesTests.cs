using System.Diagnostics;
using GracefulHttp.Abandonment;
using GracefulHttp.TestKit.Diagnostics;
using GracefulHttp.Tests.Abandonment;

namespace GracefulHttp.Tests.Diagnostics;

/// <summary>The activity of a drain: a root, linked to the activity in which the request was sent.</summary>
public sealed class TracesTests
{
    public static TheoryData<string, string> Cells => AbandonedRequests.Cells;

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Drain_Ended_IsLinkedToItsCallerWhereItWasDrainedAndNowhereElse(string phaseName, string outcomeName)
    {
        AbandonPhase phase = Enum.Parse<AbandonPhase>(phaseName);
        AbandonOutcome outcome = Enum.Parse<AbandonOutcome>(outcomeName);
        using var activities = new ActivityRecorder(GracefulHttpTelemetry.Name);
        using MessageLayerFixture fixture = AbandonedRequests.NewFixture(outcome);

        await AbandonedRequests.RunAsync(fixture, phase, outcome);

        if (!AbandonedRequests.IsDrained(outcome))
        {
            activities.Activities.ShouldBeEmpty();
            return;
        }

        Activity drain = activities.Activities.ShouldHaveSingleItem();
        drain.OperationName.ShouldBe(GracefulHttpTelemetry.DrainActivity);
        drain.Parent.ShouldBeNull();
        drain.ParentSpanId.ShouldBe(default);
        drain.TraceId.ShouldNotBe(activities.Caller.TraceId);
        drain.Links.ShouldHaveSingleItem().Context.ShouldBe(activities.Caller.Context);
        drain.GetTagItem("graceful_http.outcome").ShouldBe(outcome.ToTag());
        drain.GetTagItem("graceful_http.phase").ShouldBe(phase.ToTag());
        drain.GetTagItem("server.address").ShouldBe("test");
        drain.GetTagItem("server.port").ShouldBe(8443);
        drain.GetTagItem("url.scheme").ShouldBe("https");
        drain.GetTagItem("http.request.method").ShouldBe("GET");
        drain.GetTagItem("graceful_http.discarded").ShouldBe(
            outcome == AbandonOutcome.Drained ? 3L : outcome == AbandonOutcome.DrainSize ? AbandonedRequests.MaxDrainSize + 1L : 0L);
        drain.Status.ShouldBe(outcome == AbandonOutcome.Drained ? ActivityStatusCode.Ok : ActivityStatusCode.Error);
        drain.StatusDescription.ShouldBe(outcome == AbandonOutcome.Drained ? null : outcome.ToTag());
    }

    [Fact]
    public async Task Drain_CallersActivityHasEnded_IsLinkedAllTheSame()
    {
        using var activities = new ActivityRecorder(GracefulHttpTelemetry.Name);
        using MessageLayerFixture fixture = AbandonedRequests.NewFixture(AbandonOutcome.Drained);
        await AbandonedRequests.AbandonAsync(fixture, AbandonPhase.WaitingForHeaders);
        await fixture.Clock.WaitForTimerAsync(AbandonedRequests.DrainTimeout);

        activities.Caller.Stop();
        using Activity somethingElse = new Activity("something else").Start();
        await AbandonedRequests.EndAsync(fixture, AbandonPhase.WaitingForHeaders, AbandonOutcome.Drained);

        (await activities.EndedAsync("drain")).Parent.ShouldBeNull();
        Activity.Current.ShouldBeSameAs(somethingElse);
    }

    [Fact]
    public async Task Drain_ListenerThrows_IsReportedAndTheRequestIsDrained()
    {
        using var activities = new ActivityRecorder(GracefulHttpTelemetry.Name) { OnStopped = _ => throw new InvalidOperationException("listener") };
        using MessageLayerFixture fixture = AbandonedRequests.NewFixture(AbandonOutcome.Drained);

        await AbandonedRequests.RunAsync(fixture, AbandonPhase.WaitingForHeaders, AbandonOutcome.Drained);

        fixture.Outcomes.ShouldBe(["drained"]);
        fixture.Logs.Records.ShouldContain(r => r.Id.Name == "BackgroundWorkFailed" && r.Exception!.Message == "listener");
    }
}
