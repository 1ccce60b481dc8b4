using GracefulHttp.TestKit;

namespace GracefulHttp.WireTests;

/// <summary>What the caller sees: its task ends at once, with the exception that a plain client would throw.</summary>
public sealed class CallerTests : WireTest
{
    public static MatrixTheoryData<AbandonStrategy, Phase, ClientCall> StrategiesPhasesAndCalls =>
        new(Enum.GetValues<AbandonStrategy>(), Enum.GetValues<Phase>(), Enum.GetValues<ClientCall>());

    [Theory]
    [MemberData(nameof(StrategiesPhasesAndCalls))]
    public async Task Token_Fires_ExceptionIsOfThePlainClientsType(AbandonStrategy strategy, Phase phase, ClientCall call)
    {
        var heldForPlain = new SyncPoint();
        var held = new Queue<SyncPoint>([heldForPlain, Held]);
        Serve(Scheme.Http, exchange => phase.HeldScript(held.Dequeue())(exchange));

        OperationCanceledException plain = await Connect(NewSocketsHandler()).AbandonAsync(heldForPlain, phase, call);
        OperationCanceledException graceful = await Connect(strategy).AbandonAsync(Held, phase, call);
        heldForPlain.Release();

        graceful.GetType().ShouldBe(plain.GetType());
    }

    [Theory]
    [InlineData(AbandonStrategy.Drain, Phase.Headers)]
    [InlineData(AbandonStrategy.Drain, Phase.ContentLengthBody)]
    [InlineData(AbandonStrategy.Close, Phase.Headers)]
    [InlineData(AbandonStrategy.Close, Phase.ContentLengthBody)]
    public async Task Timeout_RunsOut_ThrowsTaskCanceledWithAnInnerTimeout(AbandonStrategy strategy, Phase phase)
    {
        Serve(Scheme.Http, phase.HeldScript(Held));
        WireClient client = Connect(strategy);
        client.Http.Timeout = TimeSpan.FromMilliseconds(100);

        TaskCanceledException e = await Assert.ThrowsAsync<TaskCanceledException>(() => client.Http.GetAsync("/held").WithinAsync());

        e.InnerException.ShouldBeOfType<TimeoutException>();
        Held.IsReleased.ShouldBeFalse();
    }

    [Theory]
    [InlineData(AbandonStrategy.Drain)]
    [InlineData(AbandonStrategy.Close)]
    public async Task CancelPendingRequests_WhileWaiting_EndsTheCall(AbandonStrategy strategy)
    {
        Serve(Scheme.Http, Phase.Headers.HeldScript(Held));
        WireClient client = Connect(strategy);
        Task<HttpResponseMessage> call = client.Http.GetAsync("/held");
        await Held.ArrivedAsync();

        client.Http.CancelPendingRequests();

        await Assert.ThrowsAsync<TaskCanceledException>(() => call.WithinAsync());
        Held.IsReleased.ShouldBeFalse();
    }

    [Fact]
    public async Task Token_FiredBefore_SendsNothing()
    {
        Serve(Scheme.Http, Phase.Headers.HeldScript(Held));
        WireClient client = Connect(AbandonStrategy.Drain);

        await Assert.ThrowsAsync<TaskCanceledException>(() => client.Http.GetAsync("/next", new CancellationToken(canceled: true)));

        await client.WaitForIdleAsync();
        await Recorder.SettleAsync();
        Recorder.ConnectionsOpened.ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Request_NotAbandoned_IsAnsweredAndItsConnectionReused(Scheme scheme)
    {
        Serve(scheme, exchange => exchange.RespondAsync($"{exchange.Request.Method} {exchange.Request.Body.Length}"));
        WireClient client = Connect(AbandonStrategy.Drain);
        using var caller = new CancellationTokenSource();

        using HttpResponseMessage posted = await client.Http.PostAsync("/held", new ByteArrayContent(new byte[100_000]), caller.Token);
        (await posted.Content.ReadAsStringAsync(caller.Token)).ShouldBe("POST 100000");
        Server.StopListening();
        (await client.Http.GetStringAsync("/held", caller.Token)).ShouldBe("GET 0");
        // Too late: the answers are read.
        await caller.CancelAsync();
        (await client.Http.GetStringAsync("/held")).ShouldBe("GET 0");
        await ShouldBeUntouchedAsync();
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Send_NotAbandoned_IsAnsweredAndItsConnectionReused(Scheme scheme)
    {
        Serve(scheme, exchange => exchange.RespondAsync($"{exchange.Request.Method} {exchange.Request.Body.Length}"));
        WireClient client = Connect(AbandonStrategy.Drain);

        for (int i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, "/held") { Content = new ByteArrayContent(new byte[100_000]) };
            using HttpResponseMessage response = client.Http.Send(request);
            using var body = new StreamReader(response.Content.ReadAsStream());
            (await body.ReadToEndAsync()).ShouldBe("PUT 100000");
        }

        await ShouldBeUntouchedAsync();
    }
}
