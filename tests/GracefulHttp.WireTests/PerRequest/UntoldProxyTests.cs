using System.Net;
using GracefulHttp.WireTests.Carriers;

namespace GracefulHttp.WireTests.PerRequest;

/// <summary>An <see cref="HttpClientHandler"/> with credentials for its proxy would answer a challenge, and cannot be kept from it.</summary>
public sealed class UntoldProxyTests : CarrierTest
{
    [Fact]
    public async Task HttpClientHandler_LateChallengeOfItsProxy_IsNotAnswered()
    {
        ExpectedWarnings = ["NoTransport"];
        await ServeAsync(Carrier.Http, async exchange =>
        {
            await Held.ArriveAsync();
            await exchange.AnswerAsync(407, "Proxy-Authenticate: Basic realm=\"r\"");
        });
        var inner = new HttpClientHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            Proxy = new WebProxy(Server.BaseAddress) { Credentials = new NetworkCredential("user", "secret") },
        };
        var handler = new GracefulHttpHandler(new GracefulHttpOptions(), inner) { LoggerFactory = Logs };
        WireClient client = ConnectThrough(handler, new Uri("http://origin.example"));

        await AbandonAsync(client, Held, new HttpRequestMessage(HttpMethod.Get, "/held"));
        Held.Release();

        await client.WaitForIdleAsync();
        await Recorder.SettleAsync();
        Server.Seen.ShouldBe(["GET http://origin.example/held"]);
    }
}
