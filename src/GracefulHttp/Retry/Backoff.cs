namespace GracefulHttp.Retry;

/// <summary>The delay before a retry where the server does not ask for one: it doubles, and half of it is left to chance.</summary>
/// <remarks>
/// Half, not more: a delay after an attempt time-out decides when a slow answer is raced, and that shall be near what was configured;
/// not less, so that calls which failed together do not come back together.
/// </remarks>
internal static class Backoff
{
    /// <param name="options">With the delays.</param>
    /// <param name="attempt">The attempt that has ended, from 0.</param>
    /// <param name="chance">From 0 to 1.</param>
    public static TimeSpan After(GracefulRetryOptions options, int attempt, double chance)
    {
        // At most a day, a thousand times: far from overflow.
        TimeSpan longest = options.Delay * Math.Pow(2, attempt);
        return (longest < options.MaxDelay ? longest : options.MaxDelay) * (0.5 + (0.5 * chance));
    }
}
