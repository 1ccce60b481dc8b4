using Polly;
using Polly.Hedging;
using Polly.Retry;
using Polly.Timeout;

namespace GracefulHttp.Benchmarks.Micro.Tail;

/// <summary>One client of the comparison. All have as many retries and the same times.</summary>
internal sealed class TailClient : IDisposable
{
    private const int Retries = 3;

    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(10);

    private readonly GracefulHttpHandler? _graceful;
    private readonly SlowDice _dice;

    public TailClient(TailClientKind kind, TailSettings settings)
    {
        HttpMessageHandler sockets = MeasuredSockets.Create();
        _graceful = kind == TailClientKind.Retry ? new GracefulHttpHandler(new GracefulHttpOptions(), sockets) : null;
        _dice = new SlowDice(settings.SlowShare, settings.SlowDelay, _graceful ?? sockets);
        Http = new HttpClient(kind switch
        {
            TailClientKind.Polly => new PipelineHandler(TimeoutRetry(settings.AttemptTimeout), _dice),
            TailClientKind.Hedging => new PipelineHandler(Hedging(settings.AttemptTimeout), _dice),
            TailClientKind.Retry => new GracefulRetryHandler(
                new GracefulRetryOptions { AttemptTimeout = settings.AttemptTimeout, MaxRetryAttempts = Retries, Delay = Delay }, _dice),
            _ => _dice,
        });
    }

    public HttpClient Http { get; }

    /// <summary>Requests that have left, of every attempt.</summary>
    public long Sent => _dice.Sent;

    /// <summary>Polly's, which gives a hedge to a call after a delay.</summary>
    public static ResiliencePipeline<HttpResponseMessage> Hedging(TimeSpan delay) => new ResiliencePipelineBuilder<HttpResponseMessage>()
        .AddHedging(new HedgingStrategyOptions<HttpResponseMessage> { Delay = delay, MaxHedgedAttempts = Retries })
        .Build();

    public Task WaitForIdleAsync(CancellationToken interrupted) => _graceful?.WaitForIdleAsync(interrupted) ?? Task.CompletedTask;

    public void Dispose() => Http.Dispose();

    private static ResiliencePipeline<HttpResponseMessage> TimeoutRetry(TimeSpan timeout) => new ResiliencePipelineBuilder<HttpResponseMessage>()
        .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
        {
            MaxRetryAttempts = Retries,
            Delay = Delay,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = static args => new(args.Outcome.Exception is TimeoutRejectedException or HttpRequestException),
        })
        .AddTimeout(new TimeoutStrategyOptions { TimeoutGenerator = _ => new(timeout) })
        .Build();
}
