using System.Diagnostics.Metrics;
using System.Net;
using GracefulHttp.Connections;
using GracefulHttp.Diagnostics;
using Microsoft.Extensions.Logging;

namespace GracefulHttp.Abandonment;

/// <summary>What lies below a <see cref="GracefulHttpHandler"/>, as far as it can be told and configured.</summary>
internal sealed class InnerHandler
{
    private readonly GracefulConnector? _connector;

    private InnerHandler(GracefulConnector? connector, SocketsHttpHandler? sockets, int maxConnectionsPerServer, IMeterFactory? meterFactory)
    {
        _connector = connector;
        Sockets = sockets;
        MaxConnectionsPerServer = maxConnectionsPerServer;
        MeterFactory = meterFactory;
    }

    /// <summary>What ends the connections; null where they end by themselves.</summary>
    public ConnectionCloser? Closer => _connector?.Closer;

    /// <summary>What sends; null where that is another.</summary>
    public SocketsHttpHandler? Sockets { get; }

    public int MaxConnectionsPerServer { get; }

    /// <summary>What makes the meter of both layers.</summary>
    public IMeterFactory? MeterFactory { get; }

    /// <summary>Whether it is known how far a request has been sent.</summary>
    public bool TellsProgress => _connector is { FollowsRequests: true };

    /// <summary>Whether a request that is cut ends a thread that is blocked in reading its answer.</summary>
    public bool EndsBlockedReads => _connector is { EndsBlockedReads: true };

    /// <summary>
    /// Whether it may send a request that was abandoned, from its queue, as a redirect or with credentials, or keep its cookies,
    /// and cannot be kept from it.
    /// </summary>
    public bool ActsUnhindered { get; private init; }

    /// <summary>Whether it is neither of the two handlers that we know: how it sends is its author's.</summary>
    public bool IsForeign { get; private init; }

    /// <summary>Whether a request that has not been seen may be on an HTTP/2 stream to this origin.</summary>
    public bool MayHaveStreamsTo(Uri? uri) => _connector is null || _connector.Http2Origins.Contains(uri);

    /// <summary>
    /// By what the connections to an origin are pooled, and their number is limited: requests without TLS to whatever origin
    /// share those to their HTTP proxy. It is asked as the runtime asks it with each request.
    /// </summary>
    public Uri? PoolOf(Uri? uri)
    {
        if (MaxConnectionsPerServer == int.MaxValue || Sockets is not { UseProxy: true } || uri is not { IsAbsoluteUri: true } || uri.Scheme != Uri.UriSchemeHttp)
        {
            return uri;
        }

        try
        {
            IWebProxy proxy = Sockets.Proxy ?? HttpClient.DefaultProxy;
            return !proxy.IsBypassed(uri) && proxy.GetProxy(uri) is { Scheme: "http" or "https" } shared ? shared : uri;
        }
        catch (Exception)
        {
            // A proxy of the user's: what it throws, the runtime has met when it sent the request.
            return uri;
        }
    }

    /// <summary>Finds the <see cref="SocketsHttpHandler"/> below, also below other handlers, and configures it.</summary>
    public static InnerHandler Prepare(
        HttpMessageHandler? handler, ClientState client, ILogger logger, IMeterFactory? meterFactory, TimeProvider timeProvider)
    {
        while (handler is DelegatingHandler { InnerHandler: { } inner })
        {
            handler = inner;
        }

        if (handler is not SocketsHttpHandler sockets)
        {
            if (client.ShallLogDegradation())
            {
                Log.NoTransport(logger, handler?.GetType().FullName ?? "null");
            }

            return new InnerHandler(null, null, MaxConnectionsOf(handler), meterFactory)
            {
                ActsUnhindered = handler is HttpClientHandler,
                IsForeign = handler is not HttpClientHandler,
            };
        }

        meterFactory ??= sockets.MeterFactory;
        GracefulConnector? connector = GracefulConnector.Find(sockets);
        GracefulHttpOptions options = client.Options.Value;
        try
        {
            if (connector is null && !ConnectsForGrpc(sockets))
            {
                connector = GracefulConnector.Attach(
                    sockets, new ConnectionCloser(client.Options, logger, meterFactory, timeProvider, client.Work));
            }

            RequestHooks.Attach(sockets);

            // Drained streams hold their places, and live requests queue behind them on a single connection. Only set where
            // it is not: that throws once the handler has started, as one that is shared has. Not where nothing is drained.
            if (!sockets.EnableMultipleHttp2Connections && options is not { Strategy: AbandonStrategy.Abort, StrategySelector: null })
            {
                sockets.EnableMultipleHttp2Connections = true;
            }

            return new InnerHandler(connector, sockets, sockets.MaxConnectionsPerServer, meterFactory);
        }
        catch (InvalidOperationException)
        {
            if (client.ShallLogDegradation())
            {
                Log.TransportStarted(logger);
            }

            return new InnerHandler(connector, sockets, sockets.MaxConnectionsPerServer, meterFactory)
            {
                ActsUnhindered = !RequestHooks.AreAttached(sockets),
            };
        }
    }

    /// <summary>A browser has its own limit, and says nothing of it.</summary>
    private static int MaxConnectionsOf(HttpMessageHandler? handler) =>
        handler is HttpClientHandler client && !OperatingSystem.IsBrowser() ? client.MaxConnectionsPerServer : int.MaxValue;

    /// <summary>
    /// Whether the connections are those of a gRPC channel, whose load balancing and channel state take a callback that is not
    /// their own for a handler of which they know nothing (grpc-dotnet #1974).
    /// </summary>
    private static bool ConnectsForGrpc(SocketsHttpHandler sockets) =>
        sockets.ConnectCallback?.Target?.GetType().Assembly.GetName().Name == "Grpc.Net.Client";
}
