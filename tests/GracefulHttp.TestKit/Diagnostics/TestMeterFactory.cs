using System.Diagnostics.Metrics;

namespace GracefulHttp.TestKit.Diagnostics;

/// <summary>Meters that belong to one test: their scope is this factory, by which a <see cref="MeterRecorder"/> tells them apart.</summary>
public sealed class TestMeterFactory : IMeterFactory
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Meter> _meters = [];

    /// <summary>The same meter for the same name, as the framework's factory does.</summary>
    public Meter Create(MeterOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        lock (_gate)
        {
            if (!_meters.TryGetValue(options.Name, out Meter? meter))
            {
                options.Scope = this;
                meter = new Meter(options);
                _meters.Add(options.Name, meter);
            }

            return meter;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (Meter meter in _meters.Values)
            {
                meter.Dispose();
            }
        }
    }
}
