using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Diagnostics;
using GracefulHttp.TestKit.Time;
using GracefulHttp.WireTests.Carriers;

namespace GracefulHttp.WireTests.Telemetry;

/// <summary>
/// The runtime's <c>http.client.request.duration</c>: an abandoned request is the error there that it is to its caller, whether
/// it is let run or not.
/// </summary>
public sealed class RequestDurationTests : CarrierTest
{
    private const string Duration = "http.client.request.duration";
    private const string Canceled = "System.Threading.Tasks.TaskCanceledException";

    private readonly TestMeterFactory _meters = new();
    private readonly MeterRecorder _runtime;

    public RequestDurationTests() => _runtime = new MeterRecorder("System.Net.Http", _meters);

    [Theory]
    [MemberData(nameof(CarrierCells.Ways), MemberType = typeof(CarrierCells))]
    public async Task Drain_CallerLeaves_HasTheErrorTypeOfThePlainClient(Carrier carrier, bool withHeaders, bool suppressFlow)
    {
        await ServeHeldAsync(carrier);
        WireClient client = Connect(Measured());
        using HttpRequestMessage request = NewRequest("/held", withHeaders);

        await AbandonAsync(client, Held, request, suppressFlow);
        Held.Release();
        await client.WaitForIdleAsync();

        Measurement duration = _runtime.Of(Duration).ShouldHaveSingleItem();
        duration.Tags["error.type"].ShouldBe(Canceled);
        if (carrier.IsHttp2() && !withHeaders)
        {
            // Not known to be sent, and so reset: there is no answer that could be taken for a success.
            duration.Tags.Keys.ShouldNotContain("http.response.status_code");
            return;
        }

        duration.Tags["http.response.status_code"].ShouldBe(200);
        duration.Tags["graceful_http.outcome"].ShouldBe("abandoned");
        request.Options.ShouldBeEmpty();

        // What we say of it and what the runtime says of it can be joined.
        IReadOnlyDictionary<string, object?> ours = Metrics.Of(GracefulHttpTelemetry.RequestsAbandoned).ShouldHaveSingleItem().Tags;
        foreach (string tag in new[] { "server.address", "server.port", "url.scheme", "http.request.method", "network.protocol.version" })
        {
            ours[tag].ShouldBe(duration.Tags[tag], tag);
        }
    }

    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task PlainClient_CallerLeaves_HasThisErrorType(Carrier carrier)
    {
        await ServeHeldAsync(carrier);
        WireClient client = ConnectThrough(Measured());

        await AbandonAsync(client, Held, NewRequest("/held"));

        _runtime.Of(Duration).ShouldHaveSingleItem().Tags["error.type"].ShouldBe(Canceled);
    }

    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task Drain_TimedOut_IsTaggedOnce(Carrier carrier)
    {
        await ServeHeldAsync(carrier);
        var clock = new FakeTimeProvider();
        var options = new GracefulHttpOptions();
        WireClient client = Connect(Measured(), options, clock);

        await AbandonAsync(client, Held, NewRequest("/held"));
        await clock.WaitForTimerAsync(options.DrainTimeout);
        clock.Advance(options.DrainTimeout);
        Held.Release();
        await client.WaitForIdleAsync();

        Measurement duration = _runtime.Of(Duration).ShouldHaveSingleItem();
        duration.Tags["error.type"].ShouldBe(Canceled);
        duration.Tags["graceful_http.outcome"].ShouldBe("abandoned");
    }

    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task Drain_AbandonedOnItsSecondHop_TagsThatOne(Carrier carrier)
    {
        await ServeAsync(carrier, async exchange =>
        {
            if (exchange.Path == "/first")
            {
                await exchange.AnswerAsync(302, "Location: /held");
                return;
            }

            await Held.ArriveAsync();
            await exchange.AnswerAsync();
        });
        WireClient client = Connect(Measured());

        await AbandonAsync(client, Held, NewRequest("/first"));
        Held.Release();
        await client.WaitForIdleAsync();

        IReadOnlyList<Measurement> hops = _runtime.Of(Duration);
        hops.Select(hop => hop.Tags["http.response.status_code"]).ShouldBe([302, 200]);
        hops.Select(hop => hop.Tags.GetValueOrDefault("error.type")).ShouldBe([null, Canceled]);
    }

    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task Drain_MessageSentAgainWhileItRuns_TagsTheAbandonedAttemptOnly(Carrier carrier)
    {
        bool isFirst = true;
        await ServeAsync(carrier, async exchange =>
        {
            bool hold = isFirst;
            isFirst = false;
            await (hold ? Held.ArriveAsync() : Task.CompletedTask);
            await exchange.AnswerAsync();
        });
        WireClient client = Connect(Measured());
        using HttpRequestMessage request = NewRequest("/again");
        await AbandonAsync(client, Held, request);

        using var invoker = new HttpMessageInvoker(client.Graceful!, disposeHandler: false);
        (await invoker.SendAsync(request, CancellationToken.None).WithinAsync()).Dispose();
        Held.Release();
        await client.WaitForIdleAsync();

        _runtime.Of(Duration).Select(attempt => attempt.Tags.GetValueOrDefault("graceful_http.outcome")).ShouldBe([null, "abandoned"]);
    }

    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task Drain_MessageSentAgainAndLeftAgain_TagsEachAttemptOnce(Carrier carrier)
    {
        var second = new SyncPoint();
        int requests = 0;
        await ServeAsync(carrier, async exchange =>
        {
            await (Interlocked.Increment(ref requests) == 1 ? Held : second).ArriveAsync();
            await exchange.AnswerAsync();
        });
        WireClient client = Connect(Measured());
        using HttpRequestMessage request = NewRequest("/again");
        using var invoker = new HttpMessageInvoker(client.Graceful!, disposeHandler: false);
        foreach (SyncPoint held in new[] { Held, second })
        {
            using var caller = new CancellationTokenSource();
            Task sending = invoker.SendAsync(request, caller.Token);
            await held.ArrivedAsync();
            await caller.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WithinAsync());
        }

        Held.Release();
        second.Release();
        await client.WaitForIdleAsync();

        _runtime.Of(Duration).Select(attempt => attempt.Tags.GetValueOrDefault("graceful_http.outcome")).ShouldBe(["abandoned", "abandoned"]);
        _runtime.Of(Duration).Select(attempt => attempt.Tags.GetValueOrDefault("error.type")).ShouldBe([Canceled, Canceled]);
    }

    [Theory]
    [MemberData(nameof(CarrierCells.AllStrategies), MemberType = typeof(CarrierCells))]
    public async Task NotAbandoned_AnyStrategy_IsNotTagged(Carrier carrier, AbandonStrategy strategy)
    {
        await ServeHeldAsync(carrier);
        WireClient client = Connect(Measured(), new GracefulHttpOptions { Strategy = strategy });
        using HttpRequestMessage request = NewRequest("/next");
        using var caller = new CancellationTokenSource();

        (await client.Http.SendAsync(request, caller.Token).WithinAsync()).Dispose();

        Measurement duration = _runtime.Of(Duration).ShouldHaveSingleItem();
        duration.Tags.Keys.ShouldNotContain("error.type");
        duration.Tags.Keys.ShouldNotContain("graceful_http.outcome");
        request.Options.ShouldBeEmpty();
    }

    private SocketsHttpHandler Measured()
    {
        SocketsHttpHandler sockets = NewSockets();
        sockets.MeterFactory = _meters;
        return sockets;
    }
}
