using GracefulHttp.TestKit;

namespace GracefulHttp.WireTests.PerRequest;

/// <summary>
/// A synchronous <c>Send</c> starts at Close: a blocked thread cannot be detached. Its answer, once it is there, is left like
/// any other.
/// </summary>
public sealed class SynchronousSendTests : WireTest
{
    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Abort_OfOneRequest_ReallyAborts(Scheme scheme)
    {
        Serve(scheme, Phase.Headers.HeldScript(Held));
        WireClient client = Connect(AbandonStrategy.Drain);

        await client.AbandonAsync(Held, (http, token) => SendAsync(http, AbandonStrategy.Abort, token), begun: Task.CompletedTask);
        await Recorder.WaitForAsync(recorder => recorder.FinsFromClient + recorder.ResetsFromClient > 0);
        Held.Release();

        await Recorder.WaitForAsync(recorder => recorder.ConnectionsResetByClient == 1);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Drain_OfOneRequest_StartsAtCloseAndIsLogged(Scheme scheme)
    {
        Serve(scheme, Phase.Headers.HeldScript(Held));
        WireClient client = Connect(AbandonStrategy.Abort);

        await client.AbandonAsync(Held, (http, token) => SendAsync(http, AbandonStrategy.Drain, token), begun: Task.CompletedTask);

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
        Logs.Records.Where(record => record.Id.Name == "RequestEnded").ShouldHaveSingleItem().Values["Outcome"].ShouldBe("closed");
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Drain_AnswerOfSendIsDisposedEarly_IsDrained(Scheme scheme)
    {
        Serve(scheme, Phase.ChunkedBody.HeldScript(Held));
        WireClient client = Connect(AbandonStrategy.Drain);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/held");

        client.Http.Send(request, HttpCompletionOption.ResponseHeadersRead).Dispose();
        await Held.ArrivedAsync();
        await ShouldBeUntouchedAsync();
        Held.Release();
        await client.WaitForIdleAsync();
        Server.StopListening();

        (await client.Http.GetStringAsync("/next").WithinAsync()).ShouldBe("ok");
        await ShouldBeUntouchedAsync();
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Send_CallerLeavesTheQueue_IsNeverSent(Scheme scheme)
    {
        Serve(scheme, Phase.Headers.HeldScript(Held));
        WireClient client = Connect(AbandonStrategy.Drain);
        Task<string> busy = client.Http.GetStringAsync("/held");
        await Held.ArrivedAsync();

        await client.AbandonAsync(Held, (http, token) => SendAsync(http, AbandonStrategy.Drain, token), begun: Task.CompletedTask);
        Held.Release();

        await busy.WithinAsync();
        (await client.Http.GetStringAsync("/next").WithinAsync()).ShouldBe("ok");
        await ShouldBeUntouchedAsync();
        Server.RequestsReceived.ShouldBe(2);
    }

    /// <summary>A thread of its own, which is blocked until the call ends.</summary>
    private static Task SendAsync(HttpClient client, AbandonStrategy strategy, CancellationToken cancellationToken) => Task.Factory.StartNew(
        () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/held");
            using HttpResponseMessage response = client.Send(request.SetAbandonStrategy(strategy), cancellationToken);
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);
}
