using GracefulHttp;
using Polly;
using Polly.Hedging;
using Polly.Retry;
using Polly.Timeout;
using RetryAndHedge;
using Samples;

// A server that takes 300 ms, and a caller that believes 100 ms must do. Who is right?
const int Calls = 10;
var patience = TimeSpan.FromMilliseconds(100);

ResiliencePipeline<HttpResponseMessage> retry = new ResiliencePipelineBuilder<HttpResponseMessage>()
    .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
    {
        MaxRetryAttempts = 2,
        Delay = TimeSpan.FromMilliseconds(50),
        ShouldHandle = static args => new(args.Outcome.Exception is TimeoutRejectedException),
    })
    .AddTimeout(patience)
    .Build();
ResiliencePipeline<HttpResponseMessage> hedge = new ResiliencePipelineBuilder<HttpResponseMessage>()
    .AddHedging(new HedgingStrategyOptions<HttpResponseMessage> { Delay = patience, MaxHedgedAttempts = 1 })
    .Build();
var options = new GracefulRetryOptions { AttemptTimeout = patience, MaxRetryAttempts = 2, Delay = TimeSpan.FromMilliseconds(50) };

await RunAsync("time-out + retry: Polly over HttpClient", new SocketsHttpHandler(), inner => new PipelineHandler(retry, inner));
await RunAsync("time-out + retry: Polly over GracefulHttp", new GracefulHttpHandler(), inner => new PipelineHandler(retry, inner));
await RunAsync("time-out + retry: GracefulRetry", new GracefulHttpHandler(), inner => new GracefulRetryHandler(options, inner));
await RunAsync("hedging: Polly over HttpClient", new SocketsHttpHandler(), inner => new PipelineHandler(hedge, inner));
await RunAsync("hedging: Polly over GracefulHttp", new GracefulHttpHandler(), inner => new PipelineHandler(hedge, inner));
return 0;

static async Task RunAsync(string name, HttpMessageHandler transport, Func<HttpMessageHandler, HttpMessageHandler> resilience)
{
    using var server = new SlowServer(TimeSpan.FromMilliseconds(300));
    using var counter = new CountingHandler(transport);
    using HttpMessageHandler handler = resilience(counter);
    int answered = 0;
    using (var client = new HttpClient(handler, disposeHandler: false))
    {
        for (int i = 0; i < Calls; i++)
        {
            try
            {
                await client.GetStringAsync(server.Address);
                answered++;
            }
            catch (TimeoutRejectedException)
            {
                // All attempts were too late.
            }
        }
    }

    if (transport is GracefulHttpHandler graceful)
    {
        await graceful.WaitForIdleAsync();
    }

    handler.Dispose();
    await server.WhenEveryoneHasLeftAsync();
    Console.WriteLine(
        $"{name,-42} {answered,2} of {Calls} answered, {counter.Requests,2} requests, {server.Resets,2} TCP resets, {server.Connections,2} connections");
}
