namespace GracefulHttp.StressTests.Storm;

/// <summary>What one round, or several, have shown.</summary>
internal sealed record RoundResult
{
    // After these the client may answer what still comes with RST. The names are those of the logs. In a peaceful round only time
    // can be a reason.
    private static readonly string[] MayResetInPeace = ["linger_timeout", "send_stuck"];
    private static readonly string[] MayReset = ["aborted", "linger_evicted", "linger_refused", "linger_size", .. MayResetInPeace];

    public TimeSpan Duration { get; init; }

    public long Requests { get; init; }

    /// <summary>Requests that their callers have left, by <see cref="Phase"/>.</summary>
    public long[] Left { get; init; } = new long[Enum.GetValues<Phase>().Length];

    /// <summary>Requests over HTTP/2 that the runtime failed for want of streams.</summary>
    public long Refused { get; init; }

    public Counts RequestOutcomes { get; init; } = new();

    public Counts ConnectionOutcomes { get; init; } = new();

    public bool IsPeaceful { get; init; }

    public bool AreResetsCounted { get; init; }

    public long ConnectionsResetByClient { get; init; }

    /// <summary>Not among them. No outcome is a reason: by then the client's process has nothing more to do with them.</summary>
    public long ConnectionsResetAfterTheirEnd { get; init; }

    public Peaks Peaks { get; init; }

    public IReadOnlyList<string> Faults { get; init; } = [];

    public long Abandoned => Left.Sum();

    /// <summary>Ends of connections that are a reason for an RST, whether or not one was sent.</summary>
    public Counts ResetReasons => ConnectionOutcomes.Of(IsPeaceful ? MayResetInPeace : MayReset);

    /// <summary>RSTs of the client, one per connection, for which not even an end of another connection is a reason.</summary>
    public long UnexplainedResets => Math.Max(0, ConnectionsResetByClient - ResetReasons.Total);

    public static RoundResult Sum(RoundResult left, RoundResult right) => new()
    {
        Duration = left.Duration + right.Duration,
        IsPeaceful = left.IsPeaceful && right.IsPeaceful,
        Requests = left.Requests + right.Requests,
        Left = [.. left.Left.Zip(right.Left, (a, b) => a + b)],
        Refused = left.Refused + right.Refused,
        RequestOutcomes = Counts.Sum(left.RequestOutcomes, right.RequestOutcomes),
        ConnectionOutcomes = Counts.Sum(left.ConnectionOutcomes, right.ConnectionOutcomes),
        AreResetsCounted = right.AreResetsCounted,
        ConnectionsResetByClient = left.ConnectionsResetByClient + right.ConnectionsResetByClient,
        ConnectionsResetAfterTheirEnd = left.ConnectionsResetAfterTheirEnd + right.ConnectionsResetAfterTheirEnd,
        Peaks = left.Peaks.With(right.Peaks),
        Faults = [.. left.Faults, .. right.Faults],
    };
}
