namespace GracefulHttp;

/// <summary>The rung of the ladder <c>Drain → Close → Abort</c> on which an abandoned request starts.</summary>
/// <remarks>
/// A request is <em>abandoned</em> when its caller stops waiting: a cancelled token, a timeout, an early <c>Dispose</c>.
/// A rung that is refused, or whose budget runs out, hands over to the next one.
/// </remarks>
public enum AbandonStrategy
{
    /// <summary>
    /// Read and discard the answer in the background, then give the connection back to the pool.
    /// On the wire nothing is seen of the abandonment: no FIN, no RST, no new handshake. The server finishes its work.
    /// </summary>
    Drain,

    /// <summary>
    /// End the connection at once, but in peace: TLS close_notify, FIN, and a lingering read until the peer's FIN.
    /// It tells the server to stop (most take a FIN as "abandoned") and costs a connection, but no RST.
    /// </summary>
    Close,

    /// <summary>What <see cref="HttpClient"/> does on its own: dispose the socket, FIN, and RST when the peer still sends.</summary>
    Abort,
}
