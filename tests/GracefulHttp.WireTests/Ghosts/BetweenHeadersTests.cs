using System.Net;
using GracefulHttp.TestKit;
using GracefulHttp.WireTests.Carriers;

namespace GracefulHttp.WireTests.Ghosts;

/// <summary>
/// The caller leaves in the middle of the answer's headers: the one that acts has been read, those behind it have not. It acts
/// for nobody. What an earlier hop has said does not count for the one that is left.
/// </summary>
public sealed class BetweenHeadersTests : CarrierTest
{
    // Behind the others, as both servers write it.
    private const string Last = "X-Last";

    private readonly CookieContainer _jar = new();
    private readonly CancellationTokenSource _caller = new();
    private string? _leavesAt;

    /// <summary>
    /// Over HTTP/2 the runtime does not look at its token between an answer that came while it was still sending and what that
    /// brings. By the time that another request of the connection has been answered, it waits.
    /// </summary>
    private int RoundTrips => Carrier.IsHttp2() ? 3 : 0;

    [Theory]
    [MemberData(nameof(CarrierCells.Ways), MemberType = typeof(CarrierCells))]
    public async Task Drain_LeftBehindTheLocation_IsNotRedirected(Carrier carrier, bool withHeaders, bool suppressFlow)
    {
        await ServeHeldAsync(carrier, 302, "Location: /ghost", $"{Last}: 1");
        WireClient client = Connect(NewLeaving());
        using HttpRequestMessage request = NewRequest("/held", withHeaders, HttpMethod.Post);
        Uri uri = request.RequestUri!;

        await LeaveAsync(client, request, suppressFlow);

        await ShouldSeeNoGhostAsync(client, WithRoundTrips("POST /held"));
        request.RequestUri.ShouldBeSameAs(uri);
        request.Method.ShouldBe(HttpMethod.Post);
        Outcomes.ShouldBe(["would_act"]);
    }

    [Theory]
    [MemberData(nameof(CarrierCells.Ways), MemberType = typeof(CarrierCells))]
    public async Task Drain_LeftBehindTheChallenge_IsNotAnswered(Carrier carrier, bool withHeaders, bool suppressFlow)
    {
        await ServeHeldAsync(carrier, 401, "WWW-Authenticate: Basic realm=\"r\"", $"{Last}: 1");
        WireClient client = Connect(NewLeaving());

        await LeaveAsync(client, NewRequest("/held", withHeaders), suppressFlow);

        await ShouldSeeNoGhostAsync(client, WithRoundTrips("GET /held"));
        Outcomes.ShouldBe(["would_act"]);
    }

    [Theory]
    [MemberData(nameof(CarrierCells.Ways), MemberType = typeof(CarrierCells))]
    public async Task Drain_LeftBehindTheCookie_IsNotKept(Carrier carrier, bool withHeaders, bool suppressFlow)
    {
        await ServeHeldAsync(carrier, 200, "Set-Cookie: late=1", $"{Last}: 1");
        WireClient client = Connect(NewLeaving());

        await LeaveAsync(client, NewRequest("/held", withHeaders), suppressFlow);

        await ShouldSeeNoGhostAsync(client, WithRoundTrips("GET /held"));
        _jar.Count.ShouldBe(0);
        Outcomes.ShouldBe(["would_act"]);
    }

    [Theory]
    [MemberData(nameof(CarrierCells.AllStrategies), MemberType = typeof(CarrierCells))]
    public async Task AnyStrategy_LeftBehindTheCookie_IsNotKept(Carrier carrier, AbandonStrategy strategy)
    {
        await ServeHeldAsync(carrier, 200, "Set-Cookie: late=1", $"{Last}: 1");
        WireClient client = Connect(NewLeaving(), new GracefulHttpOptions { Strategy = strategy });

        await LeaveAsync(client, NewRequest("/held"));
        await client.WaitForIdleAsync();

        _jar.Count.ShouldBe(0);
        Outcomes.ShouldBe([strategy == AbandonStrategy.Abort ? "aborted" : "would_act"]);
    }

    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task Drain_LeftBehindHeadersThatDoNotAct_IsDrained(Carrier carrier)
    {
        await ServeHeldAsync(carrier, 200, "X-First: 1", $"{Last}: 1");
        WireClient client = Connect(NewLeaving());

        await LeaveAsync(client, NewRequest("/held"));

        await ShouldSeeNoGhostAsync(client, WithRoundTrips("GET /held"));
        Outcomes.ShouldBe(["drained"]);
        Recorder.ConnectionsOpened.ShouldBe(1);
    }

    [Theory]
    [InlineData(Carrier.Http, true)]
    [InlineData(Carrier.Http, false)]
    [InlineData(Carrier.Https, true)]
    [InlineData(Carrier.Https, false)]
    [InlineData(Carrier.Http2, true)]
    [InlineData(Carrier.Http2OverTls, true)]
    public async Task Drain_LeftBehindARedirectThatWasFollowed_IsDrained(Carrier carrier, bool withHeaders)
    {
        await ServeAsync(carrier, async exchange =>
        {
            if (exchange.Path == "/held")
            {
                await Held.ArriveAsync();
                await exchange.AnswerAsync();
                return;
            }

            await exchange.AnswerAsync(302, "Location: /held", "Set-Cookie: in-time=1");
        });
        WireClient client = Connect(NewLeaving());

        await AbandonAsync(client, Held, NewRequest("/first", withHeaders));
        Held.Release();

        await ShouldSeeNoGhostAsync(client, "GET /first", "GET /held");
        _jar.Count.ShouldBe(1);
        Outcomes.ShouldBe(["drained"]);
        Recorder.ConnectionsOpened.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task Drain_LeftBehindAChallengeThatWasAnswered_IsDrained(Carrier carrier)
    {
        await ServeAsync(carrier, async exchange =>
        {
            if (exchange.Header("Authorization") is null)
            {
                await exchange.AnswerAsync(401, "WWW-Authenticate: Basic realm=\"r\"");
                return;
            }

            await Held.ArriveAsync();
            await exchange.AnswerAsync();
        });
        WireClient client = Connect(NewLeaving());

        await AbandonAsync(client, Held, NewRequest("/held"));
        Held.Release();

        await ShouldSeeNoGhostAsync(client, "GET /held", "GET /held");
        Outcomes.ShouldBe(["drained"]);
        Recorder.ConnectionsOpened.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task NaiveDrain_LeftBehindTheCookie_IsKept(Carrier carrier)
    {
        await ServeHeldAsync(carrier, 200, "Set-Cookie: late=1", $"{Last}: 1");
        var naive = new NaiveDrain(NewLeaving());
        WireClient client = ConnectThrough(naive);

        await LeaveAsync(client, NewRequest("/held"));

        await naive.EndedAsync();
        _jar.Count.ShouldBe(1);
    }

    /// <summary>Its caller leaves when a certain header has been read: on the very thread that reads them.</summary>
    private SocketsHttpHandler NewLeaving()
    {
        SocketsHttpHandler sockets = NewSockets();
        sockets.MaxConnectionsPerServer = 1;
        sockets.CookieContainer = _jar;
        sockets.Credentials = new NetworkCredential("user", "secret");
        sockets.ResponseHeaderEncodingSelector = (name, _) =>
        {
            if (string.Equals(name, _leavesAt, StringComparison.OrdinalIgnoreCase))
            {
                _caller.Cancel();
            }

            return null;
        };
        return sockets;
    }

    private string[] WithRoundTrips(string request) => [request, .. Enumerable.Repeat("GET /next", RoundTrips)];

    private async Task LeaveAsync(WireClient client, HttpRequestMessage request, bool suppressFlow = false)
    {
        Task call;
        using (AsyncFlowControl? suppressed = suppressFlow ? ExecutionContext.SuppressFlow() : null)
        {
            call = client.Http.SendAsync(request, _caller.Token);
        }

        await Held.ArrivedAsync();
        for (int i = 0; i < RoundTrips; i++)
        {
            await client.Http.GetStringAsync("/next").WithinAsync();
        }

        _leavesAt = Last;
        Held.Release();
        OperationCanceledException e = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WithinAsync());
        e.CancellationToken.ShouldBe(_caller.Token);
        _leavesAt = null;
    }
}
