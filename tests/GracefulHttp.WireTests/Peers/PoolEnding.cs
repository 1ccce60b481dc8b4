namespace GracefulHttp.WireTests.Peers;

/// <summary>Why the pool gives up a connection that works.</summary>
public enum PoolEnding
{
    /// <summary><see cref="SocketsHttpHandler.PooledConnectionIdleTimeout"/>, found by the scavenger.</summary>
    IdleTimeout,

    /// <summary><see cref="SocketsHttpHandler.PooledConnectionLifetime"/>, found by the scavenger or when it comes back.</summary>
    Lifetime,

    /// <summary>A lifetime of zero: nothing is kept.</summary>
    NoLifetime,
}
