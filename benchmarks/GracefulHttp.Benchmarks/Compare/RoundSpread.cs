namespace GracefulHttp.Benchmarks.Compare;

/// <summary>The middle and the ends of what the rounds gave.</summary>
internal readonly record struct RoundSpread(double Low, double Median, double High)
{
    /// <summary>Null without values.</summary>
    public static RoundSpread? Of(IEnumerable<double?> values)
    {
        double[] sorted = [.. values.OfType<double>().Order()];
        int middle = sorted.Length / 2;
        return sorted.Length == 0 ? null : new RoundSpread(
            sorted[0],
            sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2,
            sorted[^1]);
    }

    /// <summary>Half of the distance between the ends, as a share of the median.</summary>
    public double? Relative => Median == 0 ? null : (High - Low) / 2 / Median;
}
