using Polly;

namespace RetryAndHedge;

/// <summary>A pipeline of Polly's as a handler. Each attempt sends a message of its own.</summary>
internal sealed class PipelineHandler(ResiliencePipeline<HttpResponseMessage> pipeline, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        await pipeline.ExecuteAsync(
            async token => await base.SendAsync(new HttpRequestMessage(request.Method, request.RequestUri), token), cancellationToken);
}
