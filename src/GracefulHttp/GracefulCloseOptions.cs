namespace GracefulHttp;

/// <summary>How long, and for how much, a connection that is being closed is waited for.</summary>
/// <remarks>
/// A closing connection <em>lingers</em>: it has sent its FIN, and what the peer still sends is read and thrown away until
/// the peer's FIN arrives. Without that read the kernel would answer late data with RST (RFC 9112 §9.6).
/// </remarks>
public class GracefulCloseOptions
{
    internal const int MaxLingeringConnectionsOfProcess = 10_000;

    /// <summary>Creates options with the defaults.</summary>
    public GracefulCloseOptions()
    {
    }

    /// <summary>Copies what is a closing connection's: later changes by the user do not reach a handler that runs.</summary>
    internal GracefulCloseOptions(GracefulCloseOptions other)
    {
        LingerTimeout = other.LingerTimeout;
        MaxLingerSize = other.MaxLingerSize;
        MaxLingeringConnections = other.MaxLingeringConnections;
    }

    /// <summary>What a configuration says and cannot be read: errors that are told with those of validation.</summary>
    internal List<(string Option, string Error)> Unreadable { get; } = [];

    /// <summary>The longest time a connection lingers, counted from the moment it is disposed.</summary>
    /// <value>More than zero, at most one day; an infinite wait is refused. Default: 30 s (nginx's <c>lingering_time</c>).</value>
    /// <remarks>When it runs out the socket is closed; data that the peer sends after that is answered with RST by the kernel.</remarks>
    public TimeSpan LingerTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The most bytes, as they come from the network, that one lingering connection reads and throws away.</summary>
    /// <value>0 or more, in bytes. Default: 4 MiB.</value>
    /// <remarks>A peer that sends more after our FIN is not listening: the connection is then reset.</remarks>
    public long MaxLingerSize { get; set; } = 4 * 1024 * 1024;

    /// <summary>The most connections of one handler that linger at the same time.</summary>
    /// <value>
    /// 0 or more. Default: 1000. With 0 no connection lingers: each is reset instead, which frees the port
    /// (and a SNAT port) at once.
    /// </value>
    /// <remarks>
    /// When one more begins to linger, the one that has lingered longest is cut. All handlers of a process together let 10,000
    /// linger, whatever their options say; over that the handler that adds one more cuts its own oldest.
    /// </remarks>
    public int MaxLingeringConnections { get; set; } = 1000;
}
