using System.Net.Sockets;

namespace GracefulHttp.Connections;

/// <summary>The connection to a proxy over which a CONNECT tunnel runs, for the TLS session inside the tunnel.</summary>
/// <remarks>
/// The runtime's stream between the two ends the whole connection when a token of its own fires. So a session that wants to
/// say close_notify interrupts its pending read down here, where the socket stays usable.
/// </remarks>
internal interface ITunnelTransport
{
    /// <summary>The socket, to ask the kernel for its state; null where it is a stream's of the user.</summary>
    Socket? TransportSocket { get; }

    /// <summary>Whether a write has failed, so that half a record may be on the wire.</summary>
    bool WriteFailed { get; }

    /// <summary>Ends pending reads, also blocked ones, and those to come. Neither blocks nor throws.</summary>
    void InterruptReads();

    /// <summary>The same for writes: half a record may be on the wire then, and no close_notify can be said.</summary>
    void InterruptWrites();

    /// <summary>Lets close_notify pass after <see cref="InterruptWrites"/>, where all writes have come out whole.</summary>
    void AllowWrites();

    /// <summary>Has it end gracefully when it is disposed, whatever it would do by itself: the session above has decided so.</summary>
    void EndGracefully();

    /// <summary>Ends the connection as without this library.</summary>
    void Abort();
}
