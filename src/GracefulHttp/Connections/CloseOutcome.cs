namespace GracefulHttp.Connections;

/// <summary>How a connection ended. The names in snake_case are the log value and the metric tag.</summary>
internal enum CloseOutcome
{
    /// <summary>Not decided yet; or a TLS session over a stream that ends itself.</summary>
    None,

    /// <summary>A connection attempt that was given up and then failed: there was nothing to close.</summary>
    NotConnected,

    /// <summary>Our FIN and the peer's FIN: peace.</summary>
    Closed,

    /// <summary>The peer did not send its FIN within the linger timeout. Data that it sends later draws an RST.</summary>
    LingerTimeout,

    /// <summary>The peer sent more than the linger size after our FIN. Reset.</summary>
    LingerSize,

    /// <summary>Cut because a newer connection began to linger while the count was used up.</summary>
    LingerEvicted,

    /// <summary>No connection may linger (a count of 0). Reset.</summary>
    LingerRefused,

    /// <summary>The peer sent an RST.</summary>
    PeerReset,

    /// <summary>Our FIN could not be delivered within the linger timeout: the send queue did not empty. Reset.</summary>
    SendStuck,

    /// <summary>Ended as without this library, because the request's strategy was Abort, or because something failed that should not have.</summary>
    Aborted,
}
