using System.Diagnostics;

namespace GracefulHttp.Benchmarks.Compare;

/// <summary>A caller in a closed loop: it sends its next request when the last one has ended.</summary>
internal sealed class ClosedLoop(Caller caller, double abandon, int seed)
{
    /// <summary>A server that refuses everything would otherwise be asked a million times a second.</summary>
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(10);

    // The same requests in the same order for every strategy.
    private readonly Random _random = new(seed);

    /// <summary>Works until <paramref name="deadline"/>, a <see cref="Stopwatch"/> timestamp; the last request is finished.</summary>
    public async Task RunAsync(long deadline, CancellationToken interrupted)
    {
        while (Stopwatch.GetTimestamp() < deadline && !interrupted.IsCancellationRequested)
        {
            bool wentWell = _random.NextDouble() < abandon ? await caller.AbandonAsync() : await caller.UseAsync(Stopwatch.GetTimestamp());
            if (!wentWell)
            {
                await Task.Delay(PauseAfterFailure, TimeProvider.System, CancellationToken.None);
            }
        }
    }
}
