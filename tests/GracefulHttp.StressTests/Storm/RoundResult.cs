namespace GracefulHttp.StressTests.Storm;

/// <summary>What one round, or several, have shown.</summary>
internal sealed record RoundResult
{
    // After these the client may answer what still comes with RST. The names are those of the logs.
    private static readonly string[] MayReset =
        ["aborted", "linger_timeout", "linger_size", "linger_evicted", "linger_refused", "send_stuck"];

    public TimeSpan Duration { get; init; }

    public long Requests { get; init; }

    /// <summary>Requests that their callers have left, by <see cref="Phase"/>.</summary>
    public long[] Left { get; init; } = new long[Enum.GetValues<Phase>().Length];

    public Counts RequestOutcomes { get; init; } = new();

    public Counts ConnectionOutcomes { get; init; } = new();

    public bool AreResetsCounted { get; init; }

    public long ConnectionsResetByClient { get; init; }

    public Peaks Peaks { get; init; }

    public IReadOnlyList<string> Faults { get; init; } = [];

    public long Abandoned => Left.Sum();

    /// <summary>Connections for whose RST the library gives a reason, whether or not one was sent.</summary>
    public long ConnectionsThatMayReset => MayReset.Sum(outcome => ConnectionOutcomes[outcome]);

    public static RoundResult Sum(RoundResult left, RoundResult right) => new()
    {
        Duration = left.Duration + right.Duration,
        Requests = left.Requests + right.Requests,
        Left = [.. left.Left.Zip(right.Left, (a, b) => a + b)],
        RequestOutcomes = Counts.Sum(left.RequestOutcomes, right.RequestOutcomes),
        ConnectionOutcomes = Counts.Sum(left.ConnectionOutcomes, right.ConnectionOutcomes),
        AreResetsCounted = right.AreResetsCounted,
        ConnectionsResetByClient = left.ConnectionsResetByClient + right.ConnectionsResetByClient,
        Peaks = left.Peaks.With(right.Peaks),
        Faults = [.. left.Faults, .. right.Faults],
    };
}
