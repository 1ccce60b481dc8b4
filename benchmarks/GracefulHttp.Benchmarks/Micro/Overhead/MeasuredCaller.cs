using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Micro.Overhead;

/// <summary>A caller with a handler and a connection of its own.</summary>
internal sealed class MeasuredCaller : IDisposable
{
    private readonly MeasuredCall _call;
    private readonly Uri _url;
    private readonly CancellationTokenSource _leaving = new();
    private readonly HttpMessageInvoker _invoker;
    private readonly HttpClient _client;

    public MeasuredCaller(MeasuredHandler handler, MeasuredCall call, Uri url)
    {
        _call = call;
        _url = url;
        SocketsHttpHandler sockets = MeasuredSockets.Create();
        HttpMessageHandler measured = handler switch
        {
            MeasuredHandler.Transport => sockets.UseGracefulClose(),
            MeasuredHandler.Both => new GracefulHttpHandler(new GracefulHttpOptions(), sockets),
            _ => sockets,
        };
        _client = new HttpClient(measured);
        _invoker = _client;
        if (call == MeasuredCall.GetWithoutToken)
        {
            _invoker = new HttpMessageInvoker(measured);
        }
    }

    public static Uri Url(WireProtocol protocol, int port, MeasuredCall call, int downloadSize) =>
        protocol.Url(port, call == MeasuredCall.Download ? AnswerScript.SizeQuery(downloadSize) : "");

    /// <summary>Makes one call.</summary>
    public Task CallAsync() => _call switch
    {
        MeasuredCall.Get => GetAsync(),
        MeasuredCall.GetWithoutToken => GetWithoutTokenAsync(),
        _ => DownloadAsync(),
    };

    /// <summary>Makes calls one after the other.</summary>
    public async Task CallAsync(int count)
    {
        for (int i = 0; i < count; i++)
        {
            await CallAsync();
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _invoker.Dispose();
        _leaving.Dispose();
    }

    private async Task GetAsync()
    {
        using HttpResponseMessage response = await _client.GetAsync(_url, _leaving.Token);
        response.EnsureSuccessStatusCode();
    }

    private async Task GetWithoutTokenAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _url);
        using HttpResponseMessage response = await _invoker.SendAsync(request, CancellationToken.None);
        await response.Content.LoadIntoBufferAsync();
        response.EnsureSuccessStatusCode();
    }

    private async Task DownloadAsync()
    {
        using HttpResponseMessage response = await _client.GetAsync(_url, HttpCompletionOption.ResponseHeadersRead, _leaving.Token);
        response.EnsureSuccessStatusCode();
        await response.Content.CopyToAsync(Stream.Null, _leaving.Token);
    }
}
