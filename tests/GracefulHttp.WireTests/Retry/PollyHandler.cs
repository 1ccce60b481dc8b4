using Polly;

namespace GracefulHttp.WireTests.Retry;

/// <summary>
/// A pipeline as a handler, as Microsoft.Extensions.Http.Resilience makes one: each attempt sends the same message, or a copy where
/// attempts overlap.
/// </summary>
internal sealed class PollyHandler(ResiliencePipeline<HttpResponseMessage> pipeline, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        await pipeline.ExecuteAsync(async token => await base.SendAsync(Copy(request), token), cancellationToken);

    private static HttpRequestMessage Copy(HttpRequestMessage request) => new(request.Method, request.RequestUri) { Version = request.Version };
}
