namespace GracefulHttp.Benchmarks.Compare;

/// <summary>How long a compared client waits: so long that nothing but its callers ends a request that goes well.</summary>
/// <param name="LeaveAfter">When its callers leave, or ask again.</param>
/// <param name="Arrival">What a request may need, on a new connection, to get where it is to be abandoned.</param>
internal sealed record ClientTimes(TimeSpan LeaveAfter, TimeSpan Arrival)
{
    private static readonly GracefulHttpOptions Defaults = new();

    /// <summary>For callers that leave soon, and no network between.</summary>
    public static ClientTimes Shortest { get; } = new(TimeSpan.Zero, TimeSpan.Zero);

    /// <summary>When a request has failed: long after any answer, also to a caller that asks once more after <see cref="LeaveAfter"/>.</summary>
    public TimeSpan Request => TimeSpan.FromSeconds(10) + (2 * LeaveAfter);

    /// <summary>The library's default, and what the network between adds: strategies are not compared on how they give up.</summary>
    public TimeSpan Drain => Defaults.DrainTimeout + Arrival;

    /// <summary>The same for the end of a connection.</summary>
    public TimeSpan Linger => Defaults.LingerTimeout + Arrival;

    /// <summary>How long is waited for drains and lingers to end.</summary>
    public TimeSpan Idle => TimeSpan.FromSeconds(5) + (2 * Arrival);
}
