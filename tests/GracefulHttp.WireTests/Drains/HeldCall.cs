namespace GracefulHttp.WireTests.Drains;

/// <summary>A call that reads its answer to the end, and tells when the headers have come.</summary>
internal sealed class HeldCall(HttpMethod method)
{
    private readonly TaskCompletionSource _received = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Received => _received.Task;

    public async Task RunAsync(HttpClient http, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, "/held");
        using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        _received.SetResult();
        await response.Content.LoadIntoBufferAsync(cancellationToken);
    }
}
