namespace GracefulHttp.StressTests.Storm;

/// <summary>How often each of some outcomes came.</summary>
internal sealed class Counts(IEnumerable<KeyValuePair<string, long>> counts)
{
    private readonly SortedDictionary<string, long> _counts = new(counts.ToDictionary(), StringComparer.Ordinal);

    public Counts()
        : this([])
    {
    }

    public long this[string outcome] => _counts.GetValueOrDefault(outcome);

    public IEnumerable<KeyValuePair<string, long>> All => _counts;

    public static Counts Sum(Counts left, Counts right) =>
        new(left.All.Concat(right.All).GroupBy(count => count.Key, (outcome, counts) => KeyValuePair.Create(outcome, counts.Sum(count => count.Value))));

    public override string ToString() => string.Join(", ", _counts.Select(count => $"{count.Key} {count.Value:N0}"));
}
