using System.Diagnostics;

namespace GracefulHttp.Benchmarks.Chain;

/// <summary>One call through all services, whose caller leaves while the last one works.</summary>
internal sealed class ChainCall
{
    private readonly long[] _toldAt = new long[ChainSettings.Services];
    private int _working = ChainSettings.Services;
    private long _leftAt;

    /// <summary>The last service works on it.</summary>
    public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>No service does any more.</summary>
    public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>One service has done with it, whatever it learned.</summary>
    public void End()
    {
        if (Interlocked.Decrement(ref _working) == 0)
        {
            Ended.SetResult();
        }
    }

    public void Left() => _leftAt = Stopwatch.GetTimestamp();

    /// <summary>A service, the first being 0, has learned that its caller has left.</summary>
    public void Told(int service) => Interlocked.CompareExchange(ref _toldAt[service], Stopwatch.GetTimestamp(), 0);

    /// <summary>How late a service learned it; null if it never did.</summary>
    public TimeSpan? ToldAfter(int service) => _toldAt[service] is not 0 and var at ? Stopwatch.GetElapsedTime(_leftAt, at) : null;
}
