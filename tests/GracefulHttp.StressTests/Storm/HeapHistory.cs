namespace GracefulHttp.StressTests.Storm;

/// <summary>What was left on the heap after each round. A quick round holds other things than a thorough one: each kind is compared with itself.</summary>
internal sealed class HeapHistory
{
    // What pools and the runtime keep is there after these.
    private const int WarmUpRounds = 3;

    // As many again, so that it is not the last of the warm-up that is compared.
    private const int LeastRounds = 2 * WarmUpRounds;

    private readonly List<(bool IsQuick, long Bytes)> _readings = [];

    /// <summary>What has become of it since the warm-up, for each kind of which there were enough rounds.</summary>
    public IReadOnlyList<HeapGrowth> Growths =>
    [
        .. _readings.GroupBy(reading => reading.IsQuick, reading => reading.Bytes)
            .Where(kind => kind.Count() >= LeastRounds)
            .Select(kind => new HeapGrowth(kind.Key, kind.ElementAt(WarmUpRounds - 1), kind.Last())),
    ];

    public void Add(bool isQuick, long bytes) => _readings.Add((isQuick, bytes));
}
