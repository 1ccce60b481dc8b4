namespace GracefulHttp.StressTests.Storm;

/// <summary>How often each of some outcomes came.</summary>
internal sealed class Counts(IEnumerable<KeyValuePair<string, long>> counts)
{
    private readonly SortedDictionary<string, long> _counts = new(counts.ToDictionary(), StringComparer.Ordinal);

    public Counts()
        : this([])
    {
    }

    public IEnumerable<KeyValuePair<string, long>> All => _counts;

    public long Total => _counts.Values.Sum();

    /// <summary>Those alone.</summary>
    public Counts Of(params string[] outcomes) => new(_counts.Where(count => outcomes.Contains(count.Key)));

    public static Counts Sum(Counts left, Counts right) =>
        new(left.All.Concat(right.All).GroupBy(count => count.Key, (outcome, counts) => KeyValuePair.Create(outcome, counts.Sum(count => count.Value))));

    public override string ToString() => string.Join(", ", _counts.Select(count => $"{count.Key} {count.Value:N0}"));
}
