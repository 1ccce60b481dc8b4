using System.Diagnostics.Metrics;

namespace GracefulHttp.TestKit.Diagnostics;

/// <summary>Keeps every measurement of the meters of one factory; of a whole meter name where no factory is given.</summary>
public sealed class MeterRecorder : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private readonly List<Instrument> _instruments = [];
    private readonly List<Measurement> _measurements = [];
    private readonly List<(string Instrument, TaskCompletionSource<Measurement> Reported)> _waiters = [];

    public MeterRecorder(string meterName, IMeterFactory? scope = null)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == meterName && (scope is null || ReferenceEquals(instrument.Meter.Scope, scope)))
            {
                lock (_gate)
                {
                    _instruments.Add(instrument);
                }

                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>Every instrument that there is, whether it has reported or not.</summary>
    public IReadOnlyList<Instrument> Instruments
    {
        get
        {
            lock (_gate)
            {
                return [.. _instruments];
            }
        }
    }

    public IReadOnlyList<Measurement> Measurements
    {
        get
        {
            lock (_gate)
            {
                return [.. _measurements];
            }
        }
    }

    /// <summary>What one instrument has reported.</summary>
    public IReadOnlyList<Measurement> Of(string instrument) => [.. Measurements.Where(m => m.Instrument.Name == instrument)];

    /// <summary>The first measurement of one instrument, now or later.</summary>
    public Task<Measurement> WaitForAsync(string instrument)
    {
        var reported = new TaskCompletionSource<Measurement>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_measurements.Find(m => m.Instrument.Name == instrument) is { } measurement)
            {
                reported.SetResult(measurement);
            }
            else
            {
                _waiters.Add((instrument, reported));
            }
        }

        return reported.Task.WithinAsync(null, $"a measurement of {instrument}");
    }

    /// <summary>The sum of one instrument's values, of those that carry all the given tags.</summary>
    public double Sum(string instrument, params (string Name, object? Value)[] tags) =>
        Measurements
            .Where(m => m.Instrument.Name == instrument && Array.TrueForAll(tags, tag => m.Tags.TryGetValue(tag.Name, out object? value) && Equals(value, tag.Value)))
            .Sum(m => m.Value);

    /// <summary>Asks the observable instruments for their values.</summary>
    public void Observe() => _listener.RecordObservableInstruments();

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var copy = new Dictionary<string, object?>();
        foreach ((string name, object? tag) in tags)
        {
            // Some exporters refuse a name that comes twice.
            copy[name] = copy.ContainsKey(name) ? "twice" : tag;
        }

        var measurement = new Measurement(instrument, value, copy);
        lock (_gate)
        {
            _measurements.Add(measurement);
            foreach ((_, TaskCompletionSource<Measurement> reported) in _waiters.Where(waiter => waiter.Instrument == instrument.Name))
            {
                reported.TrySetResult(measurement);
            }
        }
    }
}
