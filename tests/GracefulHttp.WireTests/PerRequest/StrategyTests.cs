using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.WireTests.PerRequest;

/// <summary>A request's own strategy comes before that of its client, over HTTP/1.1.</summary>
public sealed class StrategyTests : WireTest
{
    public static MatrixTheoryData<Scheme, Phase, bool> SchemesPhasesAndKey => new(Enum.GetValues<Scheme>(), Enum.GetValues<Phase>(), [true, false]);

    [Theory]
    [MemberData(nameof(SchemesPhasesAndKey))]
    public async Task Close_OnAClientThatDrains_SendsFinAtOnce(Scheme scheme, Phase phase, bool byKey)
    {
        Serve(scheme, phase.HeldScript(Held));
        WireClient client = Connect(AbandonStrategy.Drain);

        await AbandonAsync(client, phase, AbandonStrategy.Close, byKey);

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
    }

    [Theory]
    [MemberData(nameof(SchemesPhasesAndKey))]
    public async Task Drain_OnAClientThatAborts_IsDrained(Scheme scheme, Phase phase, bool byKey)
    {
        Serve(scheme, phase.HeldScript(Held));
        WireClient client = Connect(AbandonStrategy.Abort);

        await AbandonAsync(client, phase, AbandonStrategy.Drain, byKey);
        Held.Release();

        await client.WaitForIdleAsync();
        (await client.Http.GetStringAsync("/next").WithinAsync()).ShouldBe("ok");
        await ShouldBeUntouchedAsync();
    }

    [Theory]
    [MemberData(nameof(SchemesPhasesAndKey))]
    public async Task Abort_OnAClientThatDrains_ReallyAborts(Scheme scheme, Phase phase, bool byKey)
    {
        Serve(scheme, phase.HeldScript(Held));
        WireClient client = Connect(AbandonStrategy.Drain);

        await AbandonAsync(client, phase, AbandonStrategy.Abort, byKey);

        await ShouldResetAsync();
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Abort_ResponseDisposedInItsBody_ReallyAborts(Scheme scheme)
    {
        Serve(scheme, Phase.ContentLengthBody.HeldScript(Held));
        WireClient client = Connect(new GracefulHttpHandler(new GracefulHttpOptions(), NewSocketsHandlerWithoutDrain()) { LoggerFactory = Logs });
        using HttpRequestMessage request = new HttpRequestMessage(HttpMethod.Get, "/held").SetAbandonStrategy(AbandonStrategy.Abort);

        HttpResponseMessage response = await client.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WithinAsync();
        await Held.ArrivedAsync();
        response.Dispose();

        await ShouldResetAsync();
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Abort_NextRequestOfTheSameClient_IsDrainedAllTheSame(Scheme scheme)
    {
        var aborted = new SyncPoint();
        var held = new Queue<SyncPoint>([aborted, Held]);
        Serve(scheme, exchange => Phase.Headers.HeldScript(held.Dequeue())(exchange));
        WireClient client = Connect(AbandonStrategy.Drain);

        await client.AbandonAsync(
            aborted,
            (http, token) => http.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/held").SetAbandonStrategy(AbandonStrategy.Abort), token),
            begun: Task.CompletedTask);
        await Recorder.WaitForAsync(recorder => recorder.FinsFromClient + recorder.ResetsFromClient > 0);
        aborted.Release();
        await Recorder.WaitForAsync(recorder => recorder.ConnectionsResetByClient == 1);
        await client.AbandonAsync(Held, Phase.Headers);
        Held.Release();
        await client.WaitForIdleAsync();
        Server.StopListening();

        (await client.Http.GetStringAsync("/next").WithinAsync()).ShouldBe("ok");
        Recorder.ConnectionsOpened.ShouldBe(2);
    }

    private async Task ShouldResetAsync()
    {
        // Ended at once, one way or the other; the answer then finds nobody.
        await Recorder.WaitForAsync(recorder => recorder.FinsFromClient + recorder.ResetsFromClient > 0);
        Held.Release();
        await Recorder.WaitForAsync(recorder => recorder.ConnectionsResetByClient == 1);
        (await Server.Connections[0].Ended.WithinAsync()).ShouldNotBe(PeerEnding.CloseNotifyThenFin);
    }

    private async Task AbandonAsync(WireClient client, Phase phase, AbandonStrategy strategy, bool byKey)
    {
        // As a generated client sets it, or as its user does.
        using var request = new HttpRequestMessage(HttpMethod.Get, "/held");
        if (byKey)
        {
            request.Options.Set(GracefulHttpRequestMessageExtensions.AbandonStrategyKey, strategy);
        }
        else
        {
            request.SetAbandonStrategy(strategy).ShouldBeSameAs(request);
        }

        var received = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await client.AbandonAsync(
            Held,
            async (http, token) =>
            {
                using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token);
                received.SetResult();
                await response.Content.ReadAsByteArrayAsync(token);
            },
            begun: phase == Phase.Headers ? Task.CompletedTask : received.Task);
    }
}
