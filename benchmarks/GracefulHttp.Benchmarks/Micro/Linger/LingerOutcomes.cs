using System.Diagnostics.Metrics;

namespace GracefulHttp.Benchmarks.Micro.Linger;

/// <summary>How the connections of this process ended, by the library's own counter.</summary>
internal sealed class LingerOutcomes : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _counts = [];
    private readonly MeterListener _listener = new();

    public LingerOutcomes()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == GracefulHttpTelemetry.Name && instrument.Name == GracefulHttpTelemetry.ConnectionsClosed)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, count, tags, _) => Add(tags, (int)count));
        _listener.Start();
    }

    /// <summary>What was counted since the last call.</summary>
    public IReadOnlyDictionary<string, int> Take()
    {
        lock (_lock)
        {
            var taken = new SortedDictionary<string, int>(_counts);
            _counts.Clear();
            return taken;
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Add(ReadOnlySpan<KeyValuePair<string, object?>> tags, int count)
    {
        foreach (KeyValuePair<string, object?> tag in tags)
        {
            if (tag.Key == GracefulHttpTelemetry.Outcome)
            {
                lock (_lock)
                {
                    string outcome = (string)tag.Value!;
                    _counts[outcome] = _counts.GetValueOrDefault(outcome) + count;
                }
            }
        }
    }
}
