using System.Net;
using System.Net.Http.Headers;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Chain;

/// <summary>Who calls with what.</summary>
internal static class ChainClients
{
    public static HttpClient ForCaller(this ChainClient client, ChainSettings settings) => Create(
        client switch
        {
            ChainClient.Plain => null,
            ChainClient.Close => AbandonStrategy.Close,
            _ => AbandonStrategy.Drain,
        },
        settings);

    public static HttpClient ForServices(this ChainClient client, ChainSettings settings) => Create(
        client switch
        {
            ChainClient.Plain => null,
            ChainClient.Drain => AbandonStrategy.Drain,
            _ => AbandonStrategy.Close,
        },
        settings);

    public static string Title(this ChainClient client) => client switch
    {
        ChainClient.Plain => "plain client",
        ChainClient.DrainThenClose => "drain, services close",
        _ => client.Name(),
    };

    private static HttpClient Create(AbandonStrategy? strategy, ChainSettings settings)
    {
        var sockets = new SocketsHttpHandler
        {
            UseProxy = false,
            // Made on the spot.
#pragma warning disable CA5359 // Nothing secret is sent.
            SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
#pragma warning restore CA5359
        };
        HttpMessageHandler handler = strategy is { } wanted
            ? new GracefulHttpHandler(new GracefulHttpOptions { Strategy = wanted, DrainTimeout = settings.DrainTimeout }, sockets)
            : sockets;
        return new HttpClient(handler)
        {
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = settings.Protocol == WireProtocol.H2 ? HttpVersion.Version20 : HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            // As every real client sends some: without any header nobody can tell on HTTP/2 whether a request was sent.
            DefaultRequestHeaders = { Accept = { new MediaTypeWithQualityHeaderValue("*/*") } },
        };
    }
}
