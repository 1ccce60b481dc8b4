using System.Net;
using GracefulHttp.TestKit;
using GracefulHttp.WireTests.Carriers;

namespace GracefulHttp.WireTests.Ghosts;

/// <summary>A redirect that comes when its caller has left is not followed, and the caller's message stays as it was.</summary>
public sealed class RedirectTests : CarrierTest
{
    private const string Location = "Location: /ghost";

    [Theory]
    [MemberData(nameof(CarrierCells.Ways), MemberType = typeof(CarrierCells))]
    public async Task Drain_LateRedirect_IsNotFollowed(Carrier carrier, bool withHeaders, bool suppressFlow)
    {
        await ServeHeldAsync(carrier, 302, Location);
        WireClient client = Connect();

        await AbandonAsync(client, Held, NewRequest("/held", withHeaders), suppressFlow);
        Held.Release();

        await ShouldSeeNoGhostAsync(client, "GET /held");
    }

    [Theory]
    [MemberData(nameof(CarrierCells.AllStrategies), MemberType = typeof(CarrierCells))]
    public async Task AnyStrategy_LateRedirectOfAPost_LeavesTheMessageAsItWas(Carrier carrier, AbandonStrategy strategy)
    {
        await ServeHeldAsync(carrier, 302, Location);
        WireClient client = Connect(options: new GracefulHttpOptions { Strategy = strategy });
        using HttpRequestMessage request = NewRequest("/held", method: HttpMethod.Post);
        using var content = new ByteArrayContent(new byte[10]);
        request.Content = content;
        Uri uri = request.RequestUri!;

        // Asked for, the length is a header of the content; otherwise it becomes one when it is sent.
        content.Headers.ContentLength.ShouldBe(10);
        string before = request.ToString();

        await AbandonAsync(client, Held, request);
        Held.Release();
        await client.WaitForIdleAsync();

        request.Method.ShouldBe(HttpMethod.Post);
        request.RequestUri.ShouldBeSameAs(uri);
        request.Content.ShouldBeSameAs(content);
        request.ToString().ShouldBe(before);
        Server.Seen.ShouldBe(["POST /held"]);
    }

    [Theory]
    [InlineData(Carrier.Http)]
    [InlineData(Carrier.Https)]
    [InlineData(Carrier.Http2)]
    [InlineData(Carrier.Http2OverTls)]
    public async Task Drain_SecondHopIsHeld_ThirdIsNotFollowed(Carrier carrier)
    {
        await ServeAsync(carrier, async exchange =>
        {
            await (exchange.Path == "/held" ? Held.ArriveAsync() : Task.CompletedTask);
            await exchange.AnswerAsync(302, exchange.Path == "/first" ? "Location: /held" : Location);
        });
        WireClient client = Connect();

        await AbandonAsync(client, Held, NewRequest("/first"));
        Held.Release();

        await ShouldSeeNoGhostAsync(client, "GET /first", "GET /held");
    }

    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task Drain_RedirectsOff_LateRedirectIsDrainedLikeAnyAnswer(Carrier carrier)
    {
        await ServeHeldAsync(carrier, 302, Location);
        SocketsHttpHandler sockets = NewSockets();
        sockets.AllowAutoRedirect = false;
        WireClient client = Connect(sockets);

        await AbandonAsync(client, Held, NewRequest("/held"));
        Held.Release();

        await ShouldSeeNoGhostAsync(client, "GET /held");
        Outcomes.ShouldBe(["drained"]);
        Recorder.ConnectionsOpened.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(CarrierCells.All), MemberType = typeof(CarrierCells))]
    public async Task NaiveDrain_LateRedirectOfAPost_IsFollowedAndTurnsTheMessageIntoAnother(Carrier carrier)
    {
        await ServeHeldAsync(carrier, 302, Location);
        WireClient client = ConnectThrough(new NaiveDrain(NewSockets()));
        using HttpRequestMessage request = NewRequest("/held", method: HttpMethod.Post);
        request.Content = new ByteArrayContent(new byte[10]);

        await AbandonAsync(client, Held, request);
        Held.Release();

        await Server.SeenAsync("GET /ghost");
        request.Method.ShouldBe(HttpMethod.Get);
        request.Content.ShouldBeNull();
        request.RequestUri.ShouldBe(new Uri(Server.BaseAddress, "/ghost"));
    }

    [Fact]
    public async Task PlainClient_RedirectBeforeItIsAbandoned_IsFollowed()
    {
        // That the server redirects at all.
        await ServeHeldAsync(Carrier.Http, 302, Location);
        WireClient client = Connect();
        Held.Release();

        using HttpResponseMessage response = await client.Http.GetAsync("/held").WithinAsync();

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        Server.Seen.ShouldBe(["GET /held", "GET /ghost"]);
    }
}
