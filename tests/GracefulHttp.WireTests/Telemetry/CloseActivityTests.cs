using System.Diagnostics;
using GracefulHttp.TestKit.Diagnostics;
using GracefulHttp.TestKit.Time;

namespace GracefulHttp.WireTests.Telemetry;

/// <summary>The activity of a connection that an abandoned request has left behind.</summary>
public sealed class CloseActivityTests : WireTest
{
    [Theory]
    [MemberData(nameof(Cells.SchemesAndPhases), MemberType = typeof(Cells))]
    public async Task Close_CallerLeaves_IsARootThatIsLinkedToTheCaller(Scheme scheme, Phase phase)
    {
        using var activities = new ActivityRecorder(GracefulHttpTelemetry.Name);
        Serve(scheme, phase.HeldScript(Held));
        WireClient client = Connect(AbandonStrategy.Close);

        await client.AbandonAsync(Held, phase);
        await ShouldSendFinAsync();
        activities.Caller.Stop();
        activities.Activities.ShouldBeEmpty();
        await ShouldEndInPeaceAsync(client, scheme);

        Activity close = activities.Activities.ShouldHaveSingleItem();
        close.OperationName.ShouldBe(GracefulHttpTelemetry.CloseActivity);
        close.Parent.ShouldBeNull();
        close.TraceId.ShouldNotBe(activities.Caller.TraceId);
        close.GetTagItem("graceful_http.outcome").ShouldBe("closed");
        ((long)close.GetTagItem("graceful_http.discarded")!).ShouldBeGreaterThan(0);
        close.GetTagItem("server.address").ShouldBe("127.0.0.1");
        close.GetTagItem("server.port").ShouldBe(Server.Port);
        close.Status.ShouldBe(ActivityStatusCode.Ok);
    }

    [Theory]
    [MemberData(nameof(Cells.SchemesAndPhases), MemberType = typeof(Cells))]
    public async Task Drain_CallerLeaves_IsADrainAndTheIdleConnectionsEndIsNot(Scheme scheme, Phase phase)
    {
        using var activities = new ActivityRecorder(GracefulHttpTelemetry.Name);
        Serve(scheme, phase.HeldScript(Held));
        WireClient client = Connect(AbandonStrategy.Drain);

        await client.AbandonAsync(Held, phase);
        Held.Release();
        await client.WaitForIdleAsync();
        client.Http.Dispose();
        await client.WaitForIdleAsync();
        await Recorder.WaitForAsync(recorder => recorder.FinsFromClient == 1);

        Activity drain = activities.Activities.ShouldHaveSingleItem();
        drain.OperationName.ShouldBe(GracefulHttpTelemetry.DrainActivity);
        drain.GetTagItem("graceful_http.outcome").ShouldBe("drained");
        drain.GetTagItem("network.protocol.version").ShouldBe("1.1");
    }

    [Fact]
    public async Task Drain_TimedOut_IsADrainAndAClose()
    {
        using var activities = new ActivityRecorder(GracefulHttpTelemetry.Name);
        Serve(Scheme.HttpsTls13, Phase.Headers.HeldScript(Held));
        var clock = new FakeTimeProvider();
        var options = new GracefulHttpOptions();
        WireClient client = Connect(options, clock);

        await client.AbandonAsync(Held, Phase.Headers);
        await clock.WaitForTimerAsync(options.DrainTimeout);
        clock.Advance(options.DrainTimeout);
        Activity drain = await activities.EndedAsync(GracefulHttpTelemetry.DrainActivity);
        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, Scheme.HttpsTls13);

        drain.Status.ShouldBe(ActivityStatusCode.Error);
        drain.StatusDescription.ShouldBe("drain_timeout");
        Activity close = await activities.EndedAsync(GracefulHttpTelemetry.CloseActivity);
        close.Parent.ShouldBeNull();
        close.GetTagItem("graceful_http.outcome").ShouldBe("closed");
    }

    [Fact]
    public async Task Close_NotGraceful_IsAnError()
    {
        using var activities = new ActivityRecorder(GracefulHttpTelemetry.Name);
        ExpectedWarning = "linger_size";
        Serve(Scheme.Http, Phase.Headers.HeldScript(Held, rest: 8 * 1024 * 1024));
        WireClient client = Connect(new GracefulHttpOptions { Strategy = AbandonStrategy.Close, MaxLingerSize = 100_000 });

        await client.AbandonAsync(Held, Phase.Headers);
        await ShouldSendFinAsync();
        Held.Release();
        await client.WaitForIdleAsync();

        Activity close = activities.Activities.ShouldHaveSingleItem();
        close.Status.ShouldBe(ActivityStatusCode.Error);
        close.StatusDescription.ShouldBe("linger_size");
    }
}
