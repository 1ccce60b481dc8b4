using System.Net;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;
using GracefulHttp.TestKit.Time;

namespace GracefulHttp.WireTests.Endings;

/// <summary>
/// The caller leaves while its request body is being sent: never drained, for a half-sent request has no answer worth waiting
/// for. The server is a blocking worker that answers without having read the body.
/// </summary>
public sealed class UploadTests : WireTest
{
    // Enough settling for a write that is under way to be in the kernel, or stuck.
    private const int Rounds = 5;

    public static MatrixTheoryData<Scheme, AbandonStrategy> SchemesAndGracefulStrategies =>
        new(Enum.GetValues<Scheme>(), [AbandonStrategy.Drain, AbandonStrategy.Close]);

    [Theory]
    [MemberData(nameof(SchemesAndGracefulStrategies))]
    public async Task Upload_BetweenTwoWrites_EndsInPeace(Scheme scheme, AbandonStrategy strategy)
    {
        Serve(scheme, FinBlindScripts.Respond(), AnswerWithoutReading);
        WireClient client = Connect(strategy);

        await AbandonBetweenTwoWritesAsync(client);

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Upload_BetweenTwoWritesWithUseGracefulCloseAlone_EndsInPeace(Scheme scheme)
    {
        Serve(scheme, FinBlindScripts.Respond(), AnswerWithoutReading);
        WireClient client = Connect(NewSocketsHandler().UseGracefulClose());

        await AbandonBetweenTwoWritesAsync(client);

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task PlainClient_BetweenTwoWrites_SendsReset(Scheme scheme)
    {
        Serve(scheme, FinBlindScripts.Respond(), AnswerWithoutReading);
        WireClient client = Connect(NewSocketsHandler());

        await AbandonBetweenTwoWritesAsync(client);

        await Recorder.WaitForAsync(recorder => recorder.FinsFromClient == 1);
        Held.Release();
        await Recorder.WaitForAsync(recorder => recorder.ConnectionsResetByClient == 1);
    }

    [Theory]
    [MemberData(nameof(SchemesAndGracefulStrategies))]
    public async Task Upload_WriteInFlight_EndsInPeaceOnceTheServerReads(Scheme scheme, AbandonStrategy strategy)
    {
        Serve(scheme, FinBlindScripts.Respond(), AnswerWithoutReading);
        WireClient client = Connect(strategy);

        await AbandonStuckUploadAsync(client);

        // The FIN stands behind what the server does not take yet: that is how we know that a write was in flight.
        Recorder.FinsFromClient.ShouldBe(0);
        Held.Release();

        // Half a record was on the wire, and an alert in the middle of it would have been garbage: no close_notify.
        (await Server.Connections[0].Ended.WithinAsync()).ShouldBe(PeerEnding.Fin);
        await client.WaitForIdleAsync();
        await Recorder.SettleAsync();
        Recorder.FinsFromClient.ShouldBe(1);
        Recorder.ResetsFromClient.ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Upload_ServerNeverReads_IsResetAtTheLingerTimeoutAsStuck(Scheme scheme)
    {
        ExpectedWarning = "send_stuck";
        Serve(scheme, FinBlindScripts.Respond(), AnswerWithoutReading);
        var clock = new FakeTimeProvider();
        var options = new GracefulHttpOptions { LingerTimeout = TimeSpan.FromSeconds(5) };
        WireClient client = Connect(options, clock);

        await AbandonStuckUploadAsync(client);
        await clock.WaitForTimerAsync(options.LingerTimeout);
        Task idle = client.WaitForIdleAsync();
        clock.Advance(options.LingerTimeout - TimeSpan.FromTicks(1));
        await Recorder.SettleAsync();
        idle.IsCompleted.ShouldBeFalse();
        Recorder.ResetsFromClient.ShouldBe(0);
        clock.Advance(TimeSpan.FromTicks(1));

        await idle;
        await Recorder.WaitForAsync(recorder => recorder.ConnectionsResetByClient == 1);
        Recorder.FinsFromClient.ShouldBe(0);
        Held.IsReleased.ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(SchemesAndGracefulStrategies))]
    public async Task ExpectContinue_WhileWaitingForIt_EndsInPeace(Scheme scheme, AbandonStrategy strategy)
    {
        Serve(scheme, FinBlindScripts.Respond(), async exchange =>
        {
            await Held.ArriveAsync();
            await exchange.WriteRawAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray());
            await exchange.RespondAsync("too late");
            exchange.CloseAfterwards();
        });
        SocketsHttpHandler sockets = NewSocketsHandler();
        sockets.Expect100ContinueTimeout = TimeSpan.FromHours(1);
        WireClient client = Connect(new GracefulHttpHandler(new GracefulHttpOptions { Strategy = strategy }, sockets) { LoggerFactory = Logs });
        using var request = new HttpRequestMessage(HttpMethod.Put, "/held") { Content = new ByteArrayContent(new byte[1000]) };
        request.Headers.ExpectContinue = true;

        await client.AbandonAsync(Held, (http, token) => http.SendAsync(request, token), begun: Task.CompletedTask);

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
    }

    [Theory]
    [InlineData(Scheme.Http, false)]
    [InlineData(Scheme.Http, true)]
    [InlineData(Scheme.HttpsTls12, false)]
    [InlineData(Scheme.HttpsTls12, true)]
    [InlineData(Scheme.HttpsTls13, false)]
    [InlineData(Scheme.HttpsTls13, true)]
    public async Task Upload_AnsweredBeforeItsEnd_ShowsTheAnswerAndEndsInPeace(Scheme scheme, bool expectContinue)
    {
        Serve(scheme, FinBlindScripts.Respond(), exchange => exchange.WriteHeadAsync(
            BodyFraming.ContentLength, 0, "413 Content Too Large", "Connection: close"));
        WireClient client = Connect(NewSocketsHandler().UseGracefulClose());
        using var request = new HttpRequestMessage(HttpMethod.Post, "/held") { Content = new ByteArrayContent(new byte[1024 * 1024]) };
        request.Headers.ExpectContinue = expectContinue;

        using HttpResponseMessage response = await client.Http.SendAsync(request).WithinAsync();

        response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await Server.Connections[0].Ended.WithinAsync()).ShouldNotBe(PeerEnding.Reset);
        await Recorder.WaitForAsync(recorder => recorder.FinsFromClient == 1 && recorder.FinsFromServer == 1);
        await Recorder.SettleAsync();
        Recorder.ResetsFromClient.ShouldBe(0);
    }

    private async Task AnswerWithoutReading(FinBlindExchange exchange)
    {
        if (exchange.Request.Target == "/held")
        {
            await Held.ArriveAsync();
            await exchange.RespondAsync("too late");
            exchange.CloseAfterwards();
        }
    }

    private async Task AbandonBetweenTwoWritesAsync(WireClient client)
    {
        using var upload = new HeldUpload();
        await client.AbandonAsync(Held, (http, token) => http.PostAsync("/held", upload, token), begun: upload.Held.ArrivedAsync());
    }

    private async Task AbandonStuckUploadAsync(WireClient client)
    {
        using var caller = new CancellationTokenSource();
        await using var endless = new EndlessStream();
        using var upload = new StreamContent(endless);
        Task running = client.Http.PostAsync("/held", upload, caller.Token);
        await Held.ArrivedAsync();

        // Until nothing more is taken: the next write is stuck.
        long before = -1;
        for (int quiet = 0; quiet < Rounds; quiet = endless.Position == before ? quiet + 1 : 0)
        {
            before = endless.Position;
            await Recorder.SettleAsync();
        }

        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WithinAsync());
        await Recorder.SettleAsync();
    }
}
