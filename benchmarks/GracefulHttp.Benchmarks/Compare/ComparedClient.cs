using System.Collections.Concurrent;
using System.Net;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Compare;

/// <summary>The client of one row. All strategies sit on the same settings of <see cref="SocketsHttpHandler"/>.</summary>
internal sealed class ComparedClient : IDisposable
{
    private readonly CompareStrategy _strategy;
    private readonly WireProtocol _protocol;
    private readonly ClientTimes _times;
    private readonly GracefulHttpHandler? _graceful;

    /// <summary>The handlers of the clients for one request, which may still be closing their connections.</summary>
    private readonly ConcurrentQueue<GracefulHttpHandler> _others;

    /// <param name="strategy">What becomes of requests that are abandoned.</param>
    /// <param name="protocol">What it speaks.</param>
    /// <param name="times">How long it waits; null for <see cref="ClientTimes.Shortest"/>.</param>
    public ComparedClient(CompareStrategy strategy, WireProtocol protocol, ClientTimes? times = null)
        : this(strategy, protocol, times ?? ClientTimes.Shortest, [])
    {
    }

    private ComparedClient(CompareStrategy strategy, WireProtocol protocol, ClientTimes times, ConcurrentQueue<GracefulHttpHandler> others)
    {
        _strategy = strategy;
        _protocol = protocol;
        _times = times;
        _others = others;
        SocketsHttpHandler sockets = CreateSockets();
        _graceful = strategy switch
        {
            CompareStrategy.Close => Graceful(AbandonStrategy.Close, times, sockets),
            CompareStrategy.Drain or CompareStrategy.Retry => Graceful(AbandonStrategy.Drain, times, sockets),
            _ => null,
        };
        Retries = strategy == CompareStrategy.Retry;
        Http = new HttpClient(Retries ? Retrying(_graceful!, times) : (HttpMessageHandler?)_graceful ?? sockets)
        {
            Timeout = times.Request,
            DefaultRequestVersion = protocol == WireProtocol.H2 ? HttpVersion.Version20 : HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    public HttpClient Http { get; }

    /// <summary>Whether callers ask again rather than leave.</summary>
    public bool Retries { get; }

    /// <summary>A client with connections of its own, for whoever opens and closes one each time. Disposed by the caller.</summary>
    public ComparedClient ForOneRequest()
    {
        var client = new ComparedClient(_strategy, _protocol, _times, _others);
        if (client._graceful is { } graceful)
        {
            _others.Enqueue(graceful);
        }

        return client;
    }

    /// <summary>Waits, bounded, until nothing drains or lingers.</summary>
    /// <returns>Whether that was so in time.</returns>
    public async Task<bool> WaitForIdleAsync()
    {
        if (_graceful is null)
        {
            return true;
        }

        using var limit = new CancellationTokenSource(_times.Idle, TimeProvider.System);
        try
        {
            await _graceful.WaitForIdleAsync(limit.Token);
            while (_others.TryDequeue(out GracefulHttpHandler? other))
            {
                await other.WaitForIdleAsync(limit.Token);
            }

            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public void Dispose() => Http.Dispose();

    private static GracefulHttpHandler Graceful(AbandonStrategy strategy, ClientTimes times, SocketsHttpHandler sockets) => new(
        new GracefulHttpOptions { Strategy = strategy, DrainTimeout = times.Drain, LingerTimeout = times.Linger }, sockets);

    /// <summary>Once, at once, and for every call that wants it: as many requests are abandoned as of the other strategies.</summary>
    private static GracefulRetryHandler Retrying(GracefulHttpHandler graceful, ClientTimes times) => new(
        new GracefulRetryOptions
        {
            TotalRequestTimeout = times.Request,
            AttemptTimeout = times.LeaveAfter,
            MaxRetryAttempts = 1,
            Delay = TimeSpan.FromMilliseconds(1),
            RetryRatio = 1,
        },
        new QuickRetries(graceful));

    private static SocketsHttpHandler CreateSockets() => new()
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        // The embedded servers' certificate is made on the spot, and a user's test server has rarely a better one.
#pragma warning disable CA5359 // Nothing secret is sent.
        SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
#pragma warning restore CA5359
    };
}
