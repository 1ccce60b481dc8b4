namespace GracefulHttp.Benchmarks.Servers;

/// <summary>What a server has seen so far.</summary>
/// <param name="ConnectionsAccepted">Connections accepted.</param>
/// <param name="SlowInProgress">Slow requests that are being worked on at this moment.</param>
/// <param name="SlowCompleted">Slow requests whose answer was handed to the kernel in full.</param>
/// <param name="StreamResets">RST_STREAM frames received (HTTP/2).</param>
/// <param name="ConnectionsReset">
/// Connections on which it noticed a RST, null where it does not look: at most as many as were reset, because a RST after a FIN goes
/// unseen unless the server writes again.
/// </param>
internal sealed record ServerCounts(
    long ConnectionsAccepted, long SlowInProgress, long SlowCompleted, long StreamResets, long? ConnectionsReset = null)
{
    /// <summary>What was added since <paramref name="before"/>; what is in progress is a level and stays.</summary>
    public ServerCounts Since(ServerCounts before) => new(
        ConnectionsAccepted - before.ConnectionsAccepted,
        SlowInProgress,
        SlowCompleted - before.SlowCompleted,
        StreamResets - before.StreamResets,
        ConnectionsReset - before.ConnectionsReset);
}
