using System.Diagnostics;
using System.Diagnostics.Metrics;
using GracefulHttp.Abandonment;

namespace GracefulHttp.Diagnostics;

/// <summary>The instruments of the message layer. They cost a field read where nobody listens.</summary>
internal sealed class RequestMetrics
{
    // The runtime's for requests, and what is beyond them: a drain may be allowed more.
    private static readonly InstrumentAdvice<double> Durations = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 5, 7.5, 10, 30, 60],
    };

    // Fine below the default drain size of 1 MiB, which is one of them.
    private static readonly InstrumentAdvice<long> Sizes = new()
    {
        HistogramBucketBoundaries = [0, 1 << 10, 1 << 12, 1 << 14, 1 << 16, 1 << 18, 1 << 20, 1 << 22, 1 << 24],
    };

    private readonly Counter<long> _abandoned;
    private readonly Counter<long> _unsent;
    private readonly Counter<long> _streamsReset;
    private readonly UpDownCounter<long> _drains;
    private readonly Histogram<double> _drainDuration;
    private readonly Histogram<long> _drainSize;

    public RequestMetrics(IMeterFactory? meterFactory)
    {
        Meter meter = Meters.For(meterFactory);
        _abandoned = meter.CreateCounter<long>(
            GracefulHttpTelemetry.RequestsAbandoned, "{request}", "Requests whose caller has left, by what became of them and where they were.");
        _unsent = meter.CreateCounter<long>(
            GracefulHttpTelemetry.RequestsUnsent, "{request}", "Requests that were not sent because their caller had left.");
        _streamsReset = meter.CreateCounter<long>(
            GracefulHttpTelemetry.StreamsReset, "{stream}", "HTTP/2 streams of abandoned requests that were ended with RST_STREAM, by outcome.");
        _drains = meter.CreateUpDownCounter<long>(
            GracefulHttpTelemetry.DrainsActive, "{request}", "Abandoned requests that are being drained.");
        _drainDuration = meter.CreateHistogram(
            GracefulHttpTelemetry.DrainDuration, "s", "From the moment the caller left to the end of the drain.", advice: Durations);
        _drainSize = meter.CreateHistogram(
            GracefulHttpTelemetry.DrainSize, "By", "How much of the body was read and thrown away.", advice: Sizes);
    }

    /// <summary>Whether it was counted, and is to be uncounted.</summary>
    public bool DrainBegan(AbandonReport drain)
    {
        if (!_drains.Enabled)
        {
            return false;
        }

        _drains.Add(1, drain.Tags());
        return true;
    }

    public void DrainEnded(AbandonReport drain) => _drains.Add(-1, drain.Tags());

    public void Ended(AbandonReport request, in AbandonEnd end)
    {
        if (_abandoned.Enabled)
        {
            TagList tags = Tags(request, end);
            tags.Add(GracefulHttpTelemetry.Phase, request.Phase.ToTag());
            _abandoned.Add(1, tags);
        }

        if (_unsent.Enabled && end.Unsent != UnsentReason.None)
        {
            TagList tags = request.Tags();
            tags.Add(GracefulHttpTelemetry.Reason, end.Unsent.ToTag());
            _unsent.Add(1, tags);
        }

        if (_streamsReset.Enabled && end.ResetStream)
        {
            TagList tags = request.Tags();
            tags.Add(GracefulHttpTelemetry.Outcome, end.Outcome.ToTag());
            _streamsReset.Add(1, tags);
        }

        if (end.WasDrained && _drainDuration.Enabled)
        {
            _drainDuration.Record(end.Duration.TotalSeconds, Tags(request, end));
        }

        if (end.WasDrained && _drainSize.Enabled)
        {
            _drainSize.Record(end.Discarded, Tags(request, end));
        }
    }

    private static TagList Tags(AbandonReport request, in AbandonEnd end)
    {
        TagList tags = request.Tags();
        tags.Add(GracefulHttpTelemetry.Outcome, end.Outcome.ToTag());
        if (end.Version is { } version)
        {
            tags.Add(RuntimeTags.ProtocolVersion, RuntimeTags.Of(version));
        }

        if (end.Failure is { } failure)
        {
            tags.Add(RuntimeTags.ErrorType, RuntimeTags.Of(failure));
        }

        return tags;
    }
}
