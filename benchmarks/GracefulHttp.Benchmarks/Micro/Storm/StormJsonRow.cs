namespace GracefulHttp.Benchmarks.Micro.Storm;

/// <summary>One client.</summary>
internal sealed record StormJsonRow(
    string Client,
    int Abandoned,
    int Answered,
    int Failed,
    double FailedShare,
    string? FirstFailure,
    int FailedAlone,
    long ConnectionsOpened,
    long StreamResets,
    double? AloneP50Ms,
    double? AloneP99Ms,
    double? BesideP50Ms,
    double? BesideP99Ms,
    Spread? P99Ratio)
{
    public static StormJsonRow Create(StormRow row) => new(
        row.Client.Name(),
        row.Abandoned,
        row.Answered,
        row.Failed,
        row.FailedShare,
        row.FirstFailure,
        row.FailedAlone,
        row.ConnectionsOpened,
        row.StreamResets,
        row.AloneP50Ms,
        row.AloneP99Ms,
        row.BesideP50Ms,
        row.BesideP99Ms,
        row.P99Ratio);
}
