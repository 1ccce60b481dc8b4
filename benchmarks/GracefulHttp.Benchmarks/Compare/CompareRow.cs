using GracefulHttp.Benchmarks.Counting;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Compare;

/// <summary>
/// One strategy in one cell: of its rounds the counts are added up, and of rates and times the median is taken.
/// <see langword="null"/> is what could not be known.
/// </summary>
internal sealed record CompareRow(Cell Cell, CompareStrategy Strategy, IReadOnlyList<CompareRound> Rounds)
{
    public CountingMethod Method => Rounds.Max(round => round.Method);

    public RoundSpread OkPerSecond => RoundSpread.Of(Rounds.Select(round => (double?)round.OkPerSecond))!.Value;

    /// <summary>Requests whose caller left; for <see cref="RequestPhase.IdleClose"/> connections closed while idle.</summary>
    public long Abandoned => Rounds.Sum(round => round.Work.Abandoned);

    public long? ResetsFromClient => Sum(round => round.Wire.ResetsFromClient);

    public long? ResetsFromServer => Sum(round => round.Wire.ResetsFromServer);

    /// <summary>Whether the client's RSTs are known apart from the server's.</summary>
    public bool AreDirectionsKnown => ResetsFromClient is not null || Method is CountingMethod.ClientsHost or CountingMethod.KernelClientsHost;

    /// <summary>The client's RSTs; those of both ends where they could not be told apart.</summary>
    public long? ResetsSent => ResetsFromClient ?? Sum(round => round.Wire.KernelResets);

    public double? ResetsPerThousand => ResetsSent is { } resets && Abandoned > 0 ? resets * 1000.0 / Abandoned : null;

    public OracleCounts Oracles => Rounds.Select(round => round.Oracles).Aggregate((sum, round) => sum.Add(round));

    public long? StreamResets => Cell.Protocol == WireProtocol.H2 ? Sum(round => round.Server?.StreamResets) : 0;

    public long Failed => Rounds.Sum(round => round.Work.Failed);

    public string? FirstFailure => Rounds.Select(round => round.Work.FirstFailure).FirstOrDefault(failure => failure is not null);

    public long? ConnectionsOpened => Sum(round => round.ConnectionsOpened);

    public long? TimeWait => Sum(round => round.Wire.TimeWait);

    public long? ServerCompletedAbandoned => Sum(round => round.ServerCompletedAbandoned);

    public double? OkP50Ms => OkLatencyMs(0.50);

    public double? OkP99Ms => OkLatencyMs(0.99);

    public double? CancelP99Ms => Median(round => round.Work.CancelLatency.Percentile(0.99));

    public double? CpuMicrosecondsPerOk => Median(round => round.CpuMicrosecondsPerOk);

    /// <summary>Why the segments of this row could not be counted, if so.</summary>
    public string? CountingProblem => Rounds.Select(round => round.Wire.Problem).FirstOrDefault(problem => problem is not null);

    public bool EndedInTime => Rounds.All(round => round.EndedInTime);

    /// <summary>The round that shows best how the row usually went: the one in the middle.</summary>
    public CompareRound TypicalRound => Rounds.OrderBy(round => round.OkPerSecond).ElementAt(Rounds.Count / 2);

    /// <summary>Whether the server resets connections because of the strategy, and not one now and then for reasons of its own.</summary>
    public bool IsAnsweredWithResets => ResetsFromServer > Math.Max(10, 0.02 * Abandoned);

    /// <summary>The latency that a share of the useful requests does not exceed.</summary>
    public double? OkLatencyMs(double share) => Median(round => round.Work.OkLatency.Percentile(share));

    private double? Median(Func<CompareRound, double?> value) => RoundSpread.Of(Rounds.Select(value))?.Median;

    private long? Sum(Func<CompareRound, long?> count) => Rounds.Select(count).Aggregate((sum, next) => sum + next);
}
