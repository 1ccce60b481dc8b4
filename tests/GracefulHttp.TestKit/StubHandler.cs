namespace GracefulHttp.TestKit;

/// <summary>The innermost handler of a test without sockets: a delegate answers.</summary>
public sealed class StubHandler : HttpMessageHandler
{
    private readonly Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> _sendAsync;
    private readonly Func<HttpRequestMessage, CancellationToken, HttpResponseMessage>? _send;
    private int _calls;

    public StubHandler(
        Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> sendAsync,
        Func<HttpRequestMessage, CancellationToken, HttpResponseMessage>? send = null)
    {
        _sendAsync = sendAsync;
        _send = send;
    }

    /// <summary>Answers sync and async calls alike.</summary>
    public StubHandler(Func<HttpRequestMessage, HttpResponseMessage> send)
        : this((request, _) => Task.FromResult(send(request)), (request, _) => send(request))
    {
    }

    /// <summary>How often a request came through.</summary>
    public int Calls => Volatile.Read(ref _calls);

    public bool IsDisposed { get; private set; }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        return _sendAsync(request, cancellationToken);
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        return _send is null ? throw new NotSupportedException("This stub answers SendAsync only.") : _send(request, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }
}
