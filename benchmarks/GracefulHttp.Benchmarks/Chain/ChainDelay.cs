using GracefulHttp.Benchmarks.Micro;

namespace GracefulHttp.Benchmarks.Chain;

/// <summary>How late one service learned it.</summary>
/// <param name="Told">The calls of which it did; of the others the work was done before.</param>
/// <param name="Milliseconds">How late; null if of none.</param>
internal sealed record ChainDelay(int Told, Spread? Milliseconds)
{
    public static ChainDelay Of(IReadOnlyList<ChainCall> calls, int service)
    {
        double[] delays = [.. calls.Select(call => call.ToldAfter(service)).OfType<TimeSpan>().Select(delay => delay.TotalMilliseconds)];
        return new ChainDelay(delays.Length, delays.Length == 0 ? null : Spread.Of(delays));
    }
}
