using System.Net;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;
using Polly;
using Polly.Retry;

namespace GracefulHttp.WireTests.Retry;

/// <summary>A server that fails every request: how much more it is asked.</summary>
public sealed class OutageTests : RetryWireTest
{
    private const int Calls = 200;
    private const int Retries = 3;

    [Fact]
    public async Task SendAsync_EveryAnswerIs503_RequestsGrowByNoMoreThanTheBudget()
    {
        Serve(FailAsync);
        WireClient client = Connect(new GracefulRetryOptions
        {
            MaxRetryAttempts = Retries,
            Delay = TimeSpan.FromMilliseconds(10),
            MinRetriesPerSecond = 0,
        });

        await CallAllAsync(client);

        // All calls are counted before the first retry is asked for, or some after: the fifth is what may be used, not what must be.
        Server.RequestsReceived.ShouldBeInRange(Calls + 1, Calls + (Calls / 5));
        await ShouldNotHaveResetAsync(client);
    }

    [Fact]
    public async Task Polly_EveryAnswerIs503_EveryCallIsSentAsOftenAsItMay()
    {
        Serve(FailAsync);
        WireClient client = Connect(
            new ResiliencePipelineBuilder<HttpResponseMessage>()
                .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
                {
                    MaxRetryAttempts = Retries,
                    Delay = TimeSpan.FromMilliseconds(10),
                    ShouldHandle = static args => new(args.Outcome.Result?.StatusCode == HttpStatusCode.ServiceUnavailable),
                })
                .Build(),
            isGraceful: true);

        await CallAllAsync(client);

        Server.RequestsReceived.ShouldBe(Calls * (1 + Retries));
        await ShouldNotHaveResetAsync(client);
    }

    private static async Task FailAsync(FinBlindExchange exchange, int number) =>
        await exchange.WriteHeadAsync(BodyFraming.ContentLength, status: "503 Service Unavailable");

    private static async Task CallAllAsync(WireClient client)
    {
        HttpStatusCode[] answers = await Task.WhenAll(Enumerable.Range(0, Calls).Select(async _ =>
        {
            using HttpResponseMessage response = await client.Http.GetAsync("/held").WithinAsync();
            return response.StatusCode;
        }));
        answers.ShouldAllBe(status => status == HttpStatusCode.ServiceUnavailable);
    }
}
