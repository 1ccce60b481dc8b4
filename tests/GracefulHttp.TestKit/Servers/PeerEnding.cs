namespace GracefulHttp.TestKit.Servers;

/// <summary>How a client ended its connection, as the server sees it.</summary>
public enum PeerEnding
{
    /// <summary>Not at all: the server closed, and the client's FIN was not waited for.</summary>
    None,

    /// <summary>FIN. Over TLS: without close_notify, so it might as well be a truncation.</summary>
    Fin,

    /// <summary>TLS close_notify, but no FIN before the server was disposed.</summary>
    CloseNotify,

    /// <summary>TLS close_notify, then FIN.</summary>
    CloseNotifyThenFin,

    /// <summary>RST, seen by a read, by a write, or on the socket after its FIN had been read.</summary>
    Reset,
}
