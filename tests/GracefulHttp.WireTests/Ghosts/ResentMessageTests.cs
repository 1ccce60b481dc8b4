using GracefulHttp.TestKit;
using GracefulHttp.WireTests.Carriers;

namespace GracefulHttp.WireTests.Ghosts;

/// <summary>
/// A handler outside of ours (a retry, a hedge) sends a message again while its abandoned attempt still runs. The runtime
/// writes to a message that it sends, so the second attempt is a clone; its caller does not notice.
/// </summary>
public sealed class ResentMessageTests : CarrierTest
{
    private readonly SyncPoint _heldToo = new();
    private int _attempts;

    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task Message_SentAgainWhileItsAbandonedAttemptRuns_IsAnswered(Carrier carrier)
    {
        await ServeAsync(carrier, HoldFirstAsync);
        WireClient client = Connect();
        using var invoker = new HttpMessageInvoker(client.Graceful!, disposeHandler: false);
        using HttpRequestMessage request = NewRequest("/held");

        await AbandonAsync(invoker, Held, request);
        using HttpResponseMessage response = await invoker.SendAsync(request, CancellationToken.None).WithinAsync();

        (await response.Content.ReadAsStringAsync().WithinAsync()).ShouldBe("ok");
        response.RequestMessage.ShouldBeSameAs(request);
        Held.IsReleased.ShouldBeFalse();
        Server.Seen.ShouldBe(["GET /held", "GET /held"]);
        Held.Release();
        await client.WaitForIdleAsync();
        Outcomes.ShouldBe(["drained"]);
    }

    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task Message_WithContentSentAgain_ArrivesWhole(Carrier carrier)
    {
        await ServeAsync(carrier, HoldFirstAsync);
        WireClient client = Connect();
        using var invoker = new HttpMessageInvoker(client.Graceful!, disposeHandler: false);
        using HttpRequestMessage request = NewRequest("/held", method: HttpMethod.Post);
        request.Content = new ByteArrayContent(new byte[1000]);

        await AbandonAsync(invoker, Held, request);
        using HttpResponseMessage response = await invoker.SendAsync(request, CancellationToken.None).WithinAsync();

        response.IsSuccessStatusCode.ShouldBeTrue();
        response.RequestMessage.ShouldBeSameAs(request);
        request.Content.ShouldNotBeNull();
        Server.Seen.ShouldBe(["POST /held", "POST /held"]);
    }

    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task Message_SentAgainAndRedirected_LateRedirectOfTheFirstAttemptDoesNotAct(Carrier carrier)
    {
        await ServeAsync(carrier, async exchange =>
        {
            if (exchange.Path == "/held" && Interlocked.Increment(ref _attempts) == 1)
            {
                await Held.ArriveAsync();
                await exchange.AnswerAsync(302, "Location: /ghost");
                return;
            }

            await exchange.AnswerAsync();
        });
        WireClient client = Connect();
        using var invoker = new HttpMessageInvoker(client.Graceful!, disposeHandler: false);
        using HttpRequestMessage request = NewRequest("/held");
        Uri uri = request.RequestUri!;

        await AbandonAsync(invoker, Held, request);
        using HttpResponseMessage response = await invoker.SendAsync(request, CancellationToken.None).WithinAsync();
        Held.Release();

        await ShouldSeeNoGhostAsync(client, "GET /held", "GET /held");
        request.RequestUri.ShouldBeSameAs(uri);
    }

    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task Message_EarlierAnswerDrainsToItsEnd_AbandonedAttemptIsStillKeptFromActing(Carrier carrier)
    {
        // The first answer is left in its body, the second before its headers; the first one's end must not make us forget the second.
        await ServeAsync(carrier, async exchange =>
        {
            if (exchange.Path != "/held")
            {
                await exchange.AnswerAsync();
            }
            else if (Interlocked.Increment(ref _attempts) == 1)
            {
                await exchange.AnswerStalledAsync(Held);
            }
            else
            {
                await _heldToo.ArriveAsync();
                await exchange.AnswerAsync(302, "Location: /ghost");
            }
        });
        WireClient client = Connect();
        using var invoker = new HttpMessageInvoker(client.Graceful!, disposeHandler: false);
        using HttpRequestMessage request = NewRequest("/held");
        Uri uri = request.RequestUri!;

        (await invoker.SendAsync(request, CancellationToken.None).WithinAsync()).Dispose();
        await AbandonAsync(invoker, _heldToo, request);
        Held.Release();
        await Logs.WaitForAsync(record => record.Id.Name == "RequestEnded");
        _heldToo.Release();

        await ShouldSeeNoGhostAsync(client, "GET /held", "GET /held");
        request.RequestUri.ShouldBeSameAs(uri);
    }

    private async Task HoldFirstAsync(CarrierExchange exchange)
    {
        await (Interlocked.Increment(ref _attempts) == 1 ? Held.ArriveAsync() : Task.CompletedTask);
        await exchange.AnswerAsync();
    }

    private async Task AbandonAsync(HttpMessageInvoker invoker, SyncPoint held, HttpRequestMessage request)
    {
        using var caller = new CancellationTokenSource();
        Task<HttpResponseMessage> sending = invoker.SendAsync(request, caller.Token);
        await held.ArrivedAsync();
        await Recorder.SettleAsync();
        await caller.CancelAsync();
        (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WithinAsync())).CancellationToken.ShouldBe(caller.Token);
    }
}
