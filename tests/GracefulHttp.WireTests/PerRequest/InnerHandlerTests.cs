using GracefulHttp.TestKit;
using GracefulHttp.WireTests.Carriers;

namespace GracefulHttp.WireTests.PerRequest;

/// <summary>Whatever handler is below: what can be configured is, what cannot is said once.</summary>
public sealed class InnerHandlerTests : CarrierTest
{
    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task SocketsHttpHandler_BelowOtherHandlers_IsConfigured(Carrier carrier)
    {
        await ServeHeldAsync(carrier, 302, "Location: /ghost");
        SocketsHttpHandler sockets = NewSockets();
        WireClient client = ConnectOver(new PassingHandler(new PassingHandler(sockets)));

        await AbandonAsync(client, Held, NewRequest("/held"));
        Held.Release();

        await ShouldSeeNoGhostAsync(client, "GET /held");
        Outcomes.ShouldBe(["would_act"]);
        sockets.EnableMultipleHttp2Connections.ShouldBeTrue();
    }

    [Fact]
    public async Task SocketsHttpHandler_SharedByTwo_IsConfiguredOnceAndNothingIsWarnedAbout()
    {
        await ServeHeldAsync(Carrier.Http);
        using SocketsHttpHandler shared = NewSockets();
        WireClient first = ConnectOver(new PassingHandler(shared));
        await first.Http.GetStringAsync("/first").WithinAsync();

        WireClient second = ConnectOver(new PassingHandler(shared));
        await AbandonAsync(second, Held, NewRequest("/held"));
        Held.Release();

        await ShouldSeeNoGhostAsync(second, "GET /first", "GET /held");
        Outcomes.ShouldBe(["drained"]);
        Recorder.ConnectionsOpened.ShouldBe(1);
    }

    [Fact]
    public async Task SocketsHttpHandler_StartedBefore_IsSaidOnceAndItsAnswerDoesNotAct()
    {
        ExpectedWarnings = ["TransportStarted"];
        await ServeHeldAsync(Carrier.Http, 302, "Location: /ghost");
        SocketsHttpHandler sockets = NewSockets();
        using (var before = new HttpMessageInvoker(sockets, disposeHandler: false))
        {
            (await before.SendAsync(NewRequest("/first"), CancellationToken.None).WithinAsync()).Dispose();
        }

        WireClient client = ConnectOver(sockets);
        await client.Http.GetStringAsync("/first").WithinAsync();
        await AbandonAsync(client, Held, NewRequest("/held"));
        await client.WaitForIdleAsync();
        Held.Release();

        (await client.Http.GetStringAsync("/next").WithinAsync()).ShouldBe("ok");
        Server.Seen.ShouldBe(["GET /first", "GET /first", "GET /held", "GET /next"]);
        Outcomes.ShouldBe(["closed"]);
    }

    [Fact]
    public async Task HttpClientHandler_WouldAct_IsSaidOnceAndClosedAtOnce()
    {
        ExpectedWarnings = ["NoTransport"];
        await ServeHeldAsync(Carrier.Http, 302, "Location: /ghost");
        WireClient client = ConnectOver(new HttpClientHandler());
        await client.Http.GetStringAsync("/first").WithinAsync();

        await AbandonAsync(client, Held, NewRequest("/held"));
        await client.WaitForIdleAsync();
        Held.Release();

        (await client.Http.GetStringAsync("/next").WithinAsync()).ShouldBe("ok");
        Server.Seen.ShouldBe(["GET /first", "GET /held", "GET /next"]);
        Outcomes.ShouldBe(["closed"]);
    }

    [Fact]
    public async Task Stub_SeveralRequests_IsSaidOnceAndDrained()
    {
        ExpectedWarnings = ["NoTransport"];
        var answer = new TaskCompletionSource<HttpResponseMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        await ServeHeldAsync(Carrier.Http);
        WireClient client = ConnectOver(new StubHandler((request, _) =>
            request.RequestUri!.AbsolutePath == "/held" ? answer.Task : Task.FromResult(new HttpResponseMessage())));
        await client.Http.GetStringAsync("/first").WithinAsync();
        using var caller = new CancellationTokenSource();
        Task<HttpResponseMessage> call = client.Http.GetAsync("/held", caller.Token);

        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WithinAsync());
        answer.SetResult(new HttpResponseMessage());

        await client.WaitForIdleAsync();
        Outcomes.ShouldBe(["drained"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task HooksAreAbsent_AbandonedInTheQueue_IsNeverSent(bool httpClientHandler)
    {
        ExpectedWarnings = [httpClientHandler ? "NoTransport" : "TransportStarted"];
        await ServeHeldAsync(Carrier.Http);
        WireClient client = ConnectOver(httpClientHandler
            ? new HttpClientHandler { MaxConnectionsPerServer = 1, AllowAutoRedirect = false, UseCookies = false }
            : await NewStartedAsync());
        Task<string> busy = client.Http.GetStringAsync("/held");
        await Held.ArrivedAsync();
        using HttpRequestMessage ghost = NewRequest("/ghost", method: HttpMethod.Post);
        ghost.Content = new ByteArrayContent(new byte[10]);

        await AbandonAsync(client, Held, ghost);
        Held.Release();

        await busy.WithinAsync();
        (await client.Http.GetStringAsync("/next").WithinAsync()).ShouldBe("ok");
        await client.WaitForIdleAsync();
        Server.Seen.Where(request => request == "POST /ghost").ShouldBeEmpty();
    }

    private WireClient ConnectOver(HttpMessageHandler inner) => ConnectThrough(
        new GracefulHttpHandler(new GracefulHttpOptions { DrainTimeout = TimeSpan.FromHours(1) }, inner) { LoggerFactory = Logs });

    private async Task<SocketsHttpHandler> NewStartedAsync()
    {
        SocketsHttpHandler sockets = NewSockets();
        sockets.MaxConnectionsPerServer = 1;
        sockets.AllowAutoRedirect = false;
        sockets.UseCookies = false;
        using var before = new HttpMessageInvoker(sockets, disposeHandler: false);
        (await before.SendAsync(NewRequest("/first"), CancellationToken.None).WithinAsync()).Dispose();
        return sockets;
    }

    private sealed class PassingHandler(HttpMessageHandler inner) : DelegatingHandler(inner);
}
