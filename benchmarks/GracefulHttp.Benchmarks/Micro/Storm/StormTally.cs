namespace GracefulHttp.Benchmarks.Micro.Storm;

/// <summary>The turns of one client, round by round.</summary>
internal sealed class StormTally(MeasuredClient client)
{
    private readonly List<StormTurn> _alone = [];
    private readonly List<StormTurn> _beside = [];

    /// <summary>One round.</summary>
    public void Add(StormTurn alone, StormTurn beside)
    {
        _alone.Add(alone);
        _beside.Add(beside);
    }

    public StormRow ToRow() => new()
    {
        Client = client,
        Abandoned = _beside.Sum(turn => turn.Abandoned),
        Answered = _beside.Sum(turn => turn.Answered),
        Failed = _beside.Sum(turn => turn.Failed),
        FirstFailure = _beside.Select(turn => turn.FirstFailure).FirstOrDefault(why => why is not null),
        FailedAlone = _alone.Sum(turn => turn.Failed),
        ConnectionsOpened = _beside.Sum(turn => turn.ConnectionsOpened),
        StreamResets = _beside.Sum(turn => turn.StreamResets),
        AloneP50Ms = Milliseconds(_alone, 0.5),
        AloneP99Ms = Milliseconds(_alone, 0.99),
        BesideP50Ms = Milliseconds(_beside, 0.5),
        BesideP99Ms = Milliseconds(_beside, 0.99),
        P99Ratio = Ratio(),
    };

    private static double? Milliseconds(List<StormTurn> turns, double share)
    {
        double[] values = [.. turns.Select(turn => turn.Latencies.Percentile(share)).OfType<double>()];
        return values.Length > 0 ? Spread.Of(values).Median : null;
    }

    /// <summary>Of the rounds in which something was answered at all.</summary>
    private Spread? Ratio()
    {
        double[] ratios = [.. _beside.Zip(_alone, (beside, alone) => beside.Latencies.Percentile(0.99) / alone.Latencies.Percentile(0.99)).OfType<double>()];
        return ratios.Length > 0 ? Spread.Of(ratios) : null;
    }
}
