using System.Net;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Compare;

/// <summary>The client of one row. All strategies sit on the same settings of <see cref="SocketsHttpHandler"/>.</summary>
internal sealed class ComparedClient : IDisposable
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(5);

    private readonly GracefulHttpHandler? _graceful;

    public ComparedClient(CompareStrategy strategy, WireProtocol protocol)
    {
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
