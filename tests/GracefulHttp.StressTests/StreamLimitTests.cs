using System.Net;
using GracefulHttp.StressTests.Storm;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.StressTests;

/// <summary>What the storm forgives over HTTP/2: the plain client fails so as well, with nobody abandoning anything.</summary>
public sealed class StreamLimitTests
{
    private const int Burst = 100;
    private static readonly TimeSpan Answer = TimeSpan.FromMilliseconds(5);

    [Fact]
    public async Task PlainClient_MoreRequestsAtOnceThanAConnectionHasStreams_FailsSome()
    {
        await using KestrelServer server = await KestrelServer.StartAsync(
            static _ => Task.Delay(Answer, TimeProvider.System), http2: true, maxStreams: 1);
        using var client = new HttpClient(new SocketsHttpHandler { EnableMultipleHttp2Connections = true })
        {
            BaseAddress = server.BaseAddress,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        HttpRequestException?[] failures = await Task.WhenAll(Enumerable.Range(0, Burst).Select(_ => AskAsync(client))).WithinAsync();

        HttpRequestException[] failed = [.. failures.OfType<HttpRequestException>()];
        failed.ShouldNotBeEmpty();
        failed.Where(static failure => !Caller.IsOfStreamLimit(failure)).Select(static failure => failure.ToString()).ShouldBeEmpty();
    }

    private static async Task<HttpRequestException?> AskAsync(HttpClient client)
    {
        try
        {
            using HttpResponseMessage answer = await client.GetAsync(client.BaseAddress);
            return null;
        }
        catch (HttpRequestException e)
        {
            return e;
        }
    }
}
