using System.Globalization;

namespace GracefulHttp.Benchmarks.Micro;

/// <summary>The middle and the usual width of what the rounds gave.</summary>
/// <param name="Low">The 5th percentile.</param>
/// <param name="Median">The 50th percentile.</param>
/// <param name="High">The 95th percentile.</param>
internal readonly record struct Spread(double Low, double Median, double High)
{
    public static Spread Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return new Spread(Percentile(sorted, 0.05), Percentile(sorted, 0.5), Percentile(sorted, 0.95));
    }

    /// <summary>Round by round: what slows the machine down for a while meets both.</summary>
    public static Spread OfRatios(IEnumerable<double> own, IEnumerable<double> others) => Of(own.Zip(others, (one, other) => one / other));

    public bool Contains(double value) => value >= Low && value <= High;

    /// <summary>The width, in words.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Low:0.00} to {High:0.00}");

    /// <summary>Of the values themselves, none between them: bytes stay whole.</summary>
    private static double Percentile(double[] sorted, double share) => sorted[(int)Math.Round(share * (sorted.Length - 1), MidpointRounding.AwayFromZero)];
}
