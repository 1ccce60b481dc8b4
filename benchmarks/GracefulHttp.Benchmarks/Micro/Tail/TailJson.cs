using GracefulHttp.Benchmarks.Reporting;

namespace GracefulHttp.Benchmarks.Micro.Tail;

/// <summary>The results of <c>micro tail</c>.</summary>
internal sealed record TailJson(
    string Machine,
    DateTimeOffset Date,
    int Workers,
    double SlowPercent,
    double SlowMs,
    double AttemptTimeoutMs,
    HangingLoser? HedgingWithHangingLoser,
    IReadOnlyList<TailJsonRow> Rows)
{
    public static TailJson Create(TailSettings settings, MachineDescription machine, IReadOnlyList<TailRow> rows, HangingLoser? loser) => new(
        machine.ToString(),
        machine.Date,
        settings.Workers,
        settings.SlowShare * 100,
        settings.SlowDelay.TotalMilliseconds,
        settings.AttemptTimeout.TotalMilliseconds,
        loser,
        [.. rows.Select(TailJsonRow.Create)]);
}
