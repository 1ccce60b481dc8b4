namespace GracefulHttp.WireTests;

/// <summary>Outside of the handler under test: tells when the response headers of <c>/held</c> have come through, that is, when the body phase has begun.</summary>
internal sealed class ResponseSignal(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private readonly TaskCompletionSource _received = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Received => _received.Task;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        if (response.RequestMessage?.RequestUri?.AbsolutePath == "/held")
        {
            _received.TrySetResult();
        }

        return response;
    }
}
