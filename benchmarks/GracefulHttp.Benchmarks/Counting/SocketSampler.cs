using System.Diagnostics;

namespace GracefulHttp.Benchmarks.Counting;

/// <summary>Takes a sample now and then while a row is measured; none where connections are not seen.</summary>
internal sealed class SocketSampler : IAsyncDisposable
{
    /// <summary>Of an hour as well: the interval is what grows.</summary>
    private const int MostSamples = 60;

    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(25);

    private readonly Func<(long? ConnectionsOpened, long? TimeWait)> _read;
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly Lock _gate = new();
    private readonly List<SocketSample> _samples = [];
    private readonly ITimer _timer;

    public SocketSampler(TimeSpan measuredTime, Func<(long? ConnectionsOpened, long? TimeWait)> read)
    {
        _read = read;
        TimeSpan interval = measuredTime / MostSamples > ShortestInterval ? measuredTime / MostSamples : ShortestInterval;
        _timer = TimeProvider.System.CreateTimer(static state => ((SocketSampler)state!).Sample(), this, TimeSpan.Zero, interval);
    }

    /// <summary>What was sampled, and a last sample of this moment.</summary>
    public IReadOnlyList<SocketSample> Read()
    {
        Sample();
        lock (_gate)
        {
            return [.. _samples];
        }
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Sample()
    {
        lock (_gate)
        {
            // What comes after the measurement (late answers, the end of the client) belongs to it, but not for ever.
            if (_samples.Count < 2 * MostSamples && _read() is ({ } opened, var timeWait))
            {
                _samples.Add(new SocketSample(Math.Round(Stopwatch.GetElapsedTime(_start).TotalSeconds, 3), opened, timeWait));
            }
        }
    }
}
