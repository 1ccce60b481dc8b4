using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Micro.Tail;

/// <summary>Below the retries: counts what is sent, and asks for a slow answer to one request in so many, whichever attempt that is.</summary>
internal sealed class SlowDice(double share, TimeSpan delay, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const int Seed = 6;

    private readonly Lock _lock = new();

    // The same throws for every client.
    private readonly Random _random = new(Seed);
    private readonly string _query = AnswerScript.Query(delay, "headers");
    private long _sent;

    public long Sent => Interlocked.Read(ref _sent);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _sent);
        if (IsSlow())
        {
            request.RequestUri = new UriBuilder(request.RequestUri!) { Query = _query }.Uri;
        }

        return base.SendAsync(request, cancellationToken);
    }

    private bool IsSlow()
    {
        lock (_lock)
        {
            return _random.NextDouble() < share;
        }
    }
}
