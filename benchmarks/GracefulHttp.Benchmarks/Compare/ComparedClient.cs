using System.Collections.Concurrent;
using System.Net;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Compare;

/// <summary>The client of one row. All strategies sit on the same settings of <see cref="SocketsHttpHandler"/>.</summary>
internal sealed class ComparedClient : IDisposable
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(5);

    private readonly CompareStrategy _strategy;
    private readonly WireProtocol _protocol;
    private readonly GracefulHttpHandler? _graceful;

    /// <summary>The handlers of the clients for one request, which may still be closing their connections.</summary>
    private readonly ConcurrentQueue<GracefulHttpHandler> _others;

    public ComparedClient(CompareStrategy strategy, WireProtocol protocol)
        : this(strategy, protocol, [])
    {
    }

    private ComparedClient(CompareStrategy strategy, WireProtocol protocol, ConcurrentQueue<GracefulHttpHandler> others)
    {
        _strategy = strategy;
        _protocol = protocol;
        _others = others;
        SocketsHttpHandler sockets = CreateSockets();
        _graceful = strategy switch
        {
            CompareStrategy.Close => new GracefulHttpHandler(new GracefulHttpOptions { Strategy = AbandonStrategy.Close }, sockets),
            CompareStrategy.Drain => new GracefulHttpHandler(new GracefulHttpOptions { Strategy = AbandonStrategy.Drain }, sockets),
            _ => null,
        };
        Http = new HttpClient((HttpMessageHandler?)_graceful ?? sockets)
        {
            Timeout = RequestTimeout,
            DefaultRequestVersion = protocol == WireProtocol.H2 ? HttpVersion.Version20 : HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    public HttpClient Http { get; }

    /// <summary>A client with connections of its own, for whoever opens and closes one each time. Disposed by the caller.</summary>
    public ComparedClient ForOneRequest()
    {
        var client = new ComparedClient(_strategy, _protocol, _others);
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

        using var limit = new CancellationTokenSource(IdleTimeout, TimeProvider.System);
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
