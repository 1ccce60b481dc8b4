using System.Diagnostics;
using GracefulHttp.TestKit.Diagnostics;
using Microsoft.Extensions.Logging;

namespace GracefulHttp.WireTests.Hostile;

/// <summary>All that the library tells of what it does: logs, metrics and activities.</summary>
internal sealed class Told : IDisposable
{
    private readonly RecordingLoggerFactory _logs = new();
    private readonly MeterRecorder _metrics;
    private readonly ActivityRecorder _activities = new(GracefulHttpTelemetry.Name);

    public Told() => _metrics = new MeterRecorder(GracefulHttpTelemetry.Name, Meters);

    public ILoggerFactory Logs => _logs;

    public TestMeterFactory Meters { get; } = new();

    public IEnumerable<string?> Events => _logs.Records.Select(record => record.Id.Name);

    public IEnumerable<string> Instruments => _metrics.Measurements.Select(measurement => measurement.Instrument.Name).Distinct();

    public IEnumerable<string> Activities => _activities.Activities.Select(activity => activity.OperationName);

    /// <summary>Every word of it.</summary>
    public IEnumerable<string> Words =>
    [
        .. _logs.Records.SelectMany(record => record.Values.Select(value => $"{value}").Append(record.ToString())),
        .. _metrics.Measurements.Select(measurement => measurement.ToString()),
        .. _activities.Activities.SelectMany(WordsOf),
    ];

    public void Dispose()
    {
        _activities.Dispose();
        _metrics.Dispose();
        Meters.Dispose();
        _logs.Dispose();
    }

    private static IEnumerable<string> WordsOf(Activity activity) =>
    [
        $"{activity.DisplayName} {activity.StatusDescription} {activity.TraceStateString}",
        .. activity.TagObjects.Concat(activity.Links.SelectMany(link => link.Tags ?? [])).Concat(activity.Events.SelectMany(e => e.Tags)).Select(tag => $"{tag}"),
        .. activity.Events.Select(e => e.Name),
        .. activity.Baggage.Select(item => $"{item}"),
    ];
}
