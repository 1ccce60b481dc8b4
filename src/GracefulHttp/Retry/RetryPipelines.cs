using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace GracefulHttp.Retry;

/// <summary>Polly's strategies, as they are put together for one set of options.</summary>
internal sealed class RetryPipelines
{
    /// <summary>Under which a pipeline finds the call that it runs.</summary>
    public static readonly ResiliencePropertyKey<RetryCall> CallKey = new("GracefulHttp.RetryCall");

    public RetryPipelines(GracefulRetryOptions options, TimeProvider timeProvider)
    {
        Options = options;
        Total = NewBuilder(timeProvider).AddTimeout(Timeout(options.TotalRequestTimeout)).Build();
        Retry = AddRetry(NewBuilder(timeProvider), options).Build();
        Hard = AddRetry(NewBuilder(timeProvider), options).AddTimeout(Timeout(options.AttemptTimeout)).Build();
    }

    public GracefulRetryOptions Options { get; }

    /// <summary>The total time-out: around one of the others, and the copying of the body before it.</summary>
    public ResiliencePipeline<HttpResponseMessage> Total { get; }

    /// <summary>The retries alone: Polly's own time-out would end an attempt that shall answer late.</summary>
    public ResiliencePipeline<HttpResponseMessage> Retry { get; }

    /// <summary>Retries, and a time-out that ends each attempt.</summary>
    public ResiliencePipeline<HttpResponseMessage> Hard { get; }

    private static ResiliencePipelineBuilder<HttpResponseMessage> NewBuilder(TimeProvider timeProvider) => new() { TimeProvider = timeProvider };

    private static ResiliencePipelineBuilder<HttpResponseMessage> AddRetry(
        ResiliencePipelineBuilder<HttpResponseMessage> builder, GracefulRetryOptions options) => options.MaxRetryAttempts == 0
        ? builder
        : builder.AddRetry(new RetryStrategyOptions<HttpResponseMessage>
        {
            MaxRetryAttempts = options.MaxRetryAttempts,
            ShouldHandle = static args => RetryCall.Of(args.Context).ShallRetryAsync(args),
            DelayGenerator = static args => RetryCall.Of(args.Context).GetDelayAsync(args.AttemptNumber),
            OnRetry = static args => RetryCall.Of(args.Context).OnRetryAsync(args),
        });

    /// <summary>Generated, for a fixed one has narrower bounds than ours.</summary>
    private static TimeoutStrategyOptions Timeout(TimeSpan timeout) => new() { TimeoutGenerator = _ => new(timeout) };
}
