using System.Net;
using GracefulHttp.TestKit;
using GracefulHttp.WireTests.Carriers;

namespace GracefulHttp.WireTests.Ghosts;

/// <summary>A challenge that comes when its caller has left is not answered: no credentials leave, and no request.</summary>
public sealed class ChallengeTests : CarrierTest
{
    private const string Basic = "Basic realm=\"r\"";
    private const string Digest = "Digest realm=\"r\", nonce=\"n\", qop=\"auth\", algorithm=MD5";

    private static readonly NetworkCredential Secret = new("user", "secret");

    public static TheoryData<ProxyCredentials> CredentialsOfAProxy => [.. Enum.GetValues<ProxyCredentials>()];

    public static MatrixTheoryData<Carrier, string> CarriersAndChallenges => new(Enum.GetValues<Carrier>(), [Basic, Digest]);

    [Theory]
    [MemberData(nameof(CarrierCells.Ways), MemberType = typeof(CarrierCells))]
    public async Task Drain_LateChallenge_IsNotAnswered(Carrier carrier, bool withHeaders, bool suppressFlow)
    {
        await ServeHeldAsync(carrier, 401, $"WWW-Authenticate: {Basic}");
        WireClient client = Connect(WithCredentials());

        await AbandonAsync(client, Held, NewRequest("/held", withHeaders), suppressFlow);
        Held.Release();

        await ShouldSeeNoGhostAsync(client, "GET /held");
    }

    [Theory]
    [MemberData(nameof(CarriersAndChallenges))]
    public async Task Drain_LateChallengeOfAnyScheme_IsNotAnswered(Carrier carrier, string challenge)
    {
        await ServeHeldAsync(carrier, 401, $"WWW-Authenticate: {challenge}");
        WireClient client = Connect(WithCredentials());

        await AbandonAsync(client, Held, NewRequest("/held"));
        Held.Release();

        await ShouldSeeNoGhostAsync(client, "GET /held");
        Outcomes.ShouldBe(["would_act"]);
    }

    [Theory]
    [MemberData(nameof(CarriersAndChallenges))]
    public async Task NaiveDrain_LateChallenge_SendsCredentials(Carrier carrier, string challenge)
    {
        var credentials = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await ServeAsync(carrier, async exchange =>
        {
            if (exchange.Header("Authorization") is { } sent)
            {
                credentials.TrySetResult(sent);
                await exchange.AnswerAsync();
                return;
            }

            await Held.ArriveAsync();
            await exchange.AnswerAsync(401, $"WWW-Authenticate: {challenge}");
        });
        WireClient client = ConnectThrough(new NaiveDrain(WithCredentials()));

        await AbandonAsync(client, Held, NewRequest("/held"));
        Held.Release();

        (await credentials.Task.WithinAsync()).ShouldStartWith(challenge.Split(' ')[0]);
        Server.Seen.ShouldBe(["GET /held", "GET /held"]);
    }

    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task Drain_NoCredentials_LateChallengeIsDrainedLikeAnyAnswer(Carrier carrier)
    {
        await ServeHeldAsync(carrier, 401, $"WWW-Authenticate: {Basic}");
        WireClient client = Connect();

        await AbandonAsync(client, Held, NewRequest("/held"));
        Held.Release();

        await ShouldSeeNoGhostAsync(client, "GET /held");
        Outcomes.ShouldBe(["drained"]);
        Recorder.ConnectionsOpened.ShouldBe(1);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task Drain_LateChallengeOfAProxy_IsNotAnswered(bool withHeaders, bool suppressFlow)
    {
        await ServeProxyAsync();
        WireClient client = ConnectThrough(
            new GracefulHttpHandler(new GracefulHttpOptions(), ThroughProxy()) { LoggerFactory = Logs }, new Uri("http://origin.example"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/held");
        request.Headers.TryAddWithoutValidation(withHeaders ? "X-Header" : "Host", withHeaders ? "value" : "origin.example");

        await AbandonAsync(client, Held, request, suppressFlow);
        Held.Release();
        await client.WaitForIdleAsync();

        await Recorder.SettleAsync();
        Server.Seen.ShouldBe(["GET http://origin.example/held"]);
        Recorder.ResetsFromClient.ShouldBe(0);
        Outcomes.ShouldBe(["would_act"]);
    }

    [Fact]
    public async Task NaiveDrain_LateChallengeOfAProxy_SendsCredentials()
    {
        await ServeProxyAsync();
        WireClient client = ConnectThrough(new NaiveDrain(ThroughProxy()), new Uri("http://origin.example"));

        await AbandonAsync(client, Held, new HttpRequestMessage(HttpMethod.Get, "/held"));
        Held.Release();

        await _proxyCredentials.Task.WithinAsync();
    }

    [Theory]
    [MemberData(nameof(CredentialsOfAProxy))]
    public async Task Drain_LateChallengeOfAProxyGivenLater_IsNotAnswered(ProxyCredentials given)
    {
        await ServeProxyAsync();
        using IDisposable restored = ProxyForOrigin.RestoreDefault();
        var proxy = new ProxyForOrigin(Server.BaseAddress);
        var sockets = new SocketsHttpHandler();
        WireClient client = ConnectThrough(
            new GracefulHttpHandler(new GracefulHttpOptions(), sockets) { LoggerFactory = Logs }, new Uri("http://origin.example"));
        if (given == ProxyCredentials.OfTheProxy)
        {
            sockets.Proxy = proxy;
        }

        // Prepares the handler, and sends nothing.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.Http.GetAsync("/none", new CancellationToken(canceled: true)));
        if (given == ProxyCredentials.OfTheHandler)
        {
            sockets.DefaultProxyCredentials = Secret;
        }
        else
        {
            proxy.Credentials = Secret;
        }

        if (given != ProxyCredentials.OfTheProxy)
        {
            HttpClient.DefaultProxy = proxy;
        }

        await AbandonAsync(client, Held, new HttpRequestMessage(HttpMethod.Get, "/held"));
        Held.Release();
        await client.WaitForIdleAsync();

        await Recorder.SettleAsync();
        Server.Seen.ShouldBe(["GET http://origin.example/held"]);
        Recorder.ResetsFromClient.ShouldBe(0);
        Outcomes.ShouldBe(["would_act"]);
    }

    [Fact]
    public async Task Drain_LateChallengeOfAProxyWithoutCredentials_IsDrainedLikeAnyAnswer()
    {
        await ServeProxyAsync();
        WireClient client = ConnectThrough(
            new GracefulHttpHandler(new GracefulHttpOptions(), new SocketsHttpHandler { Proxy = new ProxyForOrigin(Server.BaseAddress) })
            {
                LoggerFactory = Logs,
            },
            new Uri("http://origin.example"));

        await AbandonAsync(client, Held, new HttpRequestMessage(HttpMethod.Get, "/held"));
        Held.Release();
        await client.WaitForIdleAsync();

        Server.Seen.ShouldBe(["GET http://origin.example/held"]);
        Outcomes.ShouldBe(["drained"]);
    }

    private readonly TaskCompletionSource _proxyCredentials = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static SocketsHttpHandler WithCredentials()
    {
        SocketsHttpHandler sockets = NewSockets();
        sockets.Credentials = Secret;
        return sockets;
    }

    private Task ServeProxyAsync() => ServeAsync(Carrier.Http, async exchange =>
    {
        if (exchange.Header("Proxy-Authorization") is not null)
        {
            _proxyCredentials.TrySetResult();
            await exchange.AnswerAsync();
            return;
        }

        await Held.ArriveAsync();
        await exchange.AnswerAsync(407, $"Proxy-Authenticate: {Basic}");
    });

    private SocketsHttpHandler ThroughProxy() => new()
    {
        Proxy = new WebProxy(Server.BaseAddress) { Credentials = Secret },
    };
}
