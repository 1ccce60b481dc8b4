using System.Diagnostics;
using System.Numerics;

namespace GracefulHttp.Benchmarks.Compare;

/// <summary>
/// Durations in buckets whose width grows with the value: any percentile within 1 %, without an allocation per value.
/// Not thread-safe: the tally that has it owns the lock.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int SubBucketBits = 7;
    private const int SubBuckets = 1 << SubBucketBits;

    // Stopwatch ticks are below 2^63, so the highest index is that of 63 bits.
    private readonly long[] _counts = new long[(64 - SubBucketBits) * SubBuckets];

    public long Count { get; private set; }

    public void Record(long stopwatchTicks)
    {
        _counts[IndexOf(Math.Max(0, stopwatchTicks))]++;
        Count++;
    }

    public void Add(LatencyHistogram other)
    {
        for (int i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        Count += other.Count;
    }

    /// <summary>The duration that <paramref name="share"/> of the values do not exceed, in milliseconds; null without values.</summary>
    public double? Percentile(double share)
    {
        if (Count == 0)
        {
            return null;
        }

        long rank = Math.Max(1, (long)Math.Ceiling(share * Count));
        int index = 0;
        for (long seen = _counts[0]; seen < rank; seen += _counts[index])
        {
            index++;
        }

        return MiddleOf(index) * 1000.0 / Stopwatch.Frequency;
    }

    // Values below 2 × SubBuckets have a bucket each; above, each power of two is divided into SubBuckets.
    private static int IndexOf(long value)
    {
        int shift = Math.Max(0, BitOperations.Log2((ulong)value | 1) - SubBucketBits);
        return (shift * SubBuckets) + (int)(value >> shift);
    }

    private static double MiddleOf(int index)
    {
        int shift = Math.Max(0, (index / SubBuckets) - 1);
        long low = (long)(index - (shift * SubBuckets)) << shift;
        return low + (((1L << shift) - 1) / 2.0);
    }
}
