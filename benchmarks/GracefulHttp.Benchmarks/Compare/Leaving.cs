using System.Diagnostics;

namespace GracefulHttp.Benchmarks.Compare;

/// <summary>A caller's decision to leave after a time: a cancellation source that knows when it fired.</summary>
internal sealed class Leaving : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly ITimer _timer;
    private long _leftAt;

    public Leaving(TimeSpan after) =>
        _timer = TimeProvider.System.CreateTimer(static state => ((Leaving)state!).Leave(), this, after, System.Threading.Timeout.InfiniteTimeSpan);

    public CancellationToken Token => _source.Token;

    /// <summary>Whether the caller has left.</summary>
    public bool HasLeft => _source.IsCancellationRequested;

    /// <summary>The <see cref="Stopwatch"/> timestamp right before the cancellation; whatever the cancellation runs inline comes after.</summary>
    public long LeftAt => Interlocked.Read(ref _leftAt);

    public void Dispose()
    {
        _timer.Dispose();
        // Not the source: the timer may be firing at this moment, and a source without a timer or a wait handle holds nothing.
    }

    private void Leave()
    {
        Interlocked.Exchange(ref _leftAt, Stopwatch.GetTimestamp());
        _source.Cancel();
    }
}
