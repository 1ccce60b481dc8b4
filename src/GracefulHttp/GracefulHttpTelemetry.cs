namespace GracefulHttp;

/// <summary>The names under which GracefulHttp reports what it does.</summary>
/// <remarks>
/// Tags: <c>graceful_http.outcome</c> on every counter, with the names that the logs use too, and the runtime's
/// <c>server.address</c> and <c>server.port</c>.
/// </remarks>
public static class GracefulHttpTelemetry
{
    /// <summary>The name of the meter, and the category of the logs: <c>GracefulHttp</c>.</summary>
    public const string Name = "GracefulHttp";

    /// <summary>Counter of <c>{connection}</c>: connections that have ended, by outcome.</summary>
    /// <remarks>
    /// <list type="table">
    /// <listheader><term>outcome</term><description>what the wire showed</description></listheader>
    /// <item><term><c>closed</c></term><description>our FIN and the peer's; over TLS close_notify before it</description></item>
    /// <item><term><c>linger_timeout</c></term><description>our FIN, but none from the peer within <see cref="GracefulCloseOptions.LingerTimeout"/>; data that it sends later draws an RST</description></item>
    /// <item><term><c>linger_size</c></term><description>our FIN, then RST: the peer sent more than <see cref="GracefulCloseOptions.MaxLingerSize"/></description></item>
    /// <item><term><c>linger_evicted</c></term><description>our FIN; cut because more than <see cref="GracefulCloseOptions.MaxLingeringConnections"/> lingered; later data draws an RST</description></item>
    /// <item><term><c>linger_refused</c></term><description>RST: no connection may linger (a count of 0)</description></item>
    /// <item><term><c>send_stuck</c></term><description>RST: our FIN stood behind data that the peer did not take within the linger timeout</description></item>
    /// <item><term><c>peer_reset</c></term><description>the peer's RST</description></item>
    /// <item><term><c>aborted</c></term><description>FIN, and RST for whatever came or was left unread: the request's strategy was <see cref="AbandonStrategy.Abort"/>, or an unexpected error, which is logged, kept it from lingering</description></item>
    /// <item><term><c>not_connected</c></term><description>a connection attempt that was given up with its SYN on the wire, and then failed</description></item>
    /// </list>
    /// </remarks>
    public const string ConnectionsClosed = "graceful_http.connections.closed";

    /// <summary>Up-down counter of <c>{connection}</c>: connections that have been disposed and are still being closed.</summary>
    public const string ConnectionsClosing = "graceful_http.connections.closing";

    /// <summary>The tag with the outcome.</summary>
    public const string Outcome = "graceful_http.outcome";
}
