using System.Diagnostics.Metrics;
using GracefulHttp.Connections;
using GracefulHttp.Diagnostics;
using Microsoft.Extensions.Logging;

namespace GracefulHttp.Abandonment;

/// <summary>What lies below a <see cref="GracefulHttpHandler"/>, as far as it can be told and configured.</summary>
internal sealed class InnerHandler
{
    private readonly GracefulConnector? _connector;

    private InnerHandler(GracefulConnector? connector, int maxConnectionsPerServer)
    {
        _connector = connector;
        MaxConnectionsPerServer = maxConnectionsPerServer;
    }

    /// <summary>Not looked at, because nothing shall be changed.</summary>
    public static InnerHandler Untouched { get; } = new(null, int.MaxValue);

    /// <summary>What ends the connections; null where they end by themselves.</summary>
    public ConnectionCloser? Closer => _connector?.Closer;

    public int MaxConnectionsPerServer { get; }

    /// <summary>Whether it is known how far a request has been sent.</summary>
    public bool TellsProgress => _connector is { FollowsRequests: true };

    /// <summary>
    /// Whether it may send a request that was abandoned, from its queue, as a redirect or with credentials, or keep its cookies,
    /// and cannot be kept from it.
    /// </summary>
    public bool ActsUnhindered { get; private init; }

    /// <summary>Whether it is neither of the two handlers that we know: how it sends is its author's.</summary>
    public bool IsForeign { get; private init; }

    /// <summary>Whether a request that has not been seen may be on an HTTP/2 stream to this origin.</summary>
    public bool MayHaveStreamsTo(Uri? uri) => _connector is null || _connector.Http2Origins.Contains(uri);

    /// <summary>Finds the <see cref="SocketsHttpHandler"/> below, also below other handlers, and configures it.</summary>
    public static InnerHandler Prepare(
        HttpMessageHandler? handler, GracefulCloseOptions options, ILogger logger, IMeterFactory? meterFactory, TimeProvider timeProvider)
    {
        while (handler is DelegatingHandler { InnerHandler: { } inner })
        {
            handler = inner;
        }

        if (handler is not SocketsHttpHandler sockets)
        {
            Log.NoTransport(logger, handler?.GetType().FullName ?? "null");
            return new InnerHandler(null, int.MaxValue)
            {
                ActsUnhindered = handler is HttpClientHandler,
                IsForeign = handler is not HttpClientHandler,
            };
        }

        GracefulConnector? connector = GracefulConnector.Find(sockets);
        try
        {
            connector ??= GracefulConnector.Attach(
                sockets, new ConnectionCloser(options, logger, meterFactory ?? sockets.MeterFactory, timeProvider));
            RequestHooks.Attach(sockets);

            // Drained streams hold their places, and live requests queue behind them on a single connection. Only set where
            // it is not: that throws once the handler has started, as one that is shared has.
            if (!sockets.EnableMultipleHttp2Connections)
            {
                sockets.EnableMultipleHttp2Connections = true;
            }

            return new InnerHandler(connector, sockets.MaxConnectionsPerServer);
        }
        catch (InvalidOperationException)
        {
            Log.TransportStarted(logger);
            return new InnerHandler(connector, sockets.MaxConnectionsPerServer)
            {
                ActsUnhindered = !RequestHooks.AreAttached(sockets),
            };
        }
    }
}
