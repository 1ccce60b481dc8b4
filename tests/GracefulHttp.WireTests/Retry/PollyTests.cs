using System.Net;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;
using Polly;
using Polly.CircuitBreaker;
using Polly.Hedging;
using Polly.Retry;
using Polly.Timeout;

namespace GracefulHttp.WireTests.Retry;

/// <summary>Other people's resilience above <see cref="GracefulHttpHandler"/>: nothing is waited for that was given up, and nothing is reset.</summary>
public sealed class PollyTests : RetryWireTest
{
    [Theory]
    [InlineData(AbandonStrategy.Drain)]
    [InlineData(AbandonStrategy.Close)]
    public async Task Hedging_LoserHangs_TheWinnerIsNotKeptWaiting(AbandonStrategy strategy)
    {
        ServeFirstHeld();
        WireClient client = Connect(Hedging(), isGraceful: true, strategy);

        string answer = await client.Http.GetStringAsync("/held").WithinAsync();

        answer.ShouldBe("1");
        Held.IsReleased.ShouldBeFalse("Polly waits for the loser's task, and that has ended without its answer");
        await ShouldNotHaveResetAsync(client);
    }

    [Fact]
    public async Task Hedging_PlainHandler_TheLoserIsReset()
    {
        ServeFirstHeld();
        WireClient client = Connect(Hedging(), isGraceful: false);

        await client.Http.GetStringAsync("/held").WithinAsync();

        Held.Release();
        await Recorder.WaitForAsync(recorder => recorder.ResetsFromClient != 0);
    }

    [Fact]
    public async Task TimeoutAndRetry_FirstAttemptHangs_TheSecondIsTheCallers()
    {
        ServeFirstHeld();
        WireClient client = Connect(
            new ResiliencePipelineBuilder<HttpResponseMessage>().AddRetry(Retry()).AddTimeout(TimeSpan.FromMilliseconds(100)).Build(),
            isGraceful: true);

        (await client.Http.GetStringAsync("/held").WithinAsync()).ShouldBe("1");

        await ShouldNotHaveResetAsync(client);
    }

    /// <summary>The order of the strategies of <c>AddStandardResilienceHandler</c>, but for the rate limiter, which Polly.Core does not have.</summary>
    [Fact]
    public async Task StandardResilience_FirstAttemptHangsAndTheSecondFails_TheThirdIsTheCallers()
    {
        Serve(async (exchange, number) =>
        {
            if (number == 0)
            {
                await Held.ArriveAsync();
            }

            if (number == 1)
            {
                await exchange.WriteHeadAsync(BodyFraming.ContentLength, status: "503 Service Unavailable");
                return;
            }

            await exchange.RespondAsync($"{number}");
        });
        WireClient client = Connect(
            new ResiliencePipelineBuilder<HttpResponseMessage>()
                .AddTimeout(TimeSpan.FromSeconds(30))
                .AddRetry(Retry())
                .AddCircuitBreaker(new CircuitBreakerStrategyOptions<HttpResponseMessage> { ShouldHandle = static args => new(IsTransient(args.Outcome)) })
                .AddTimeout(TimeSpan.FromMilliseconds(100))
                .Build(),
            isGraceful: true);

        (await client.Http.GetStringAsync("/held").WithinAsync()).ShouldBe("2");

        await ShouldNotHaveResetAsync(client);
    }

    private static bool IsTransient(Outcome<HttpResponseMessage> outcome) =>
        outcome.Exception is TimeoutRejectedException or HttpRequestException || outcome.Result?.StatusCode == HttpStatusCode.ServiceUnavailable;

    private static ResiliencePipeline<HttpResponseMessage> Hedging() => new ResiliencePipelineBuilder<HttpResponseMessage>()
        .AddHedging(new HedgingStrategyOptions<HttpResponseMessage> { Delay = TimeSpan.FromMilliseconds(50), MaxHedgedAttempts = 1 })
        .Build();

    private static RetryStrategyOptions<HttpResponseMessage> Retry() => new()
    {
        Delay = TimeSpan.FromMilliseconds(10),
        ShouldHandle = static args => new(IsTransient(args.Outcome)),
    };

    private void ServeFirstHeld() => Serve(async (exchange, number) =>
    {
        if (number == 0)
        {
            await Held.ArriveAsync();
        }

        await exchange.RespondAsync($"{number}");
    });
}
