using System.Diagnostics.Metrics;
using System.Net;
using GracefulHttp.Connections;

namespace GracefulHttp.Diagnostics;

/// <summary>The instruments of the transport layer. They cost a null check where nobody listens.</summary>
internal sealed class ConnectionMetrics
{
    private static readonly Meter SharedMeter = new(GracefulHttpTelemetry.Name);

    private readonly Counter<long> _closed;
    private readonly UpDownCounter<long> _closing;

    public ConnectionMetrics(IMeterFactory? meterFactory)
    {
        Meter meter = meterFactory?.Create(GracefulHttpTelemetry.Name) ?? SharedMeter;
        _closed = meter.CreateCounter<long>(
            GracefulHttpTelemetry.ConnectionsClosed, "{connection}", "Connections that have ended, by outcome.");
        _closing = meter.CreateUpDownCounter<long>(
            GracefulHttpTelemetry.ConnectionsClosing, "{connection}", "Connections that have been disposed and are still being closed.");
    }

    public void Began()
    {
        if (_closing.Enabled)
        {
            _closing.Add(1);
        }
    }

    public void Ended()
    {
        if (_closing.Enabled)
        {
            _closing.Add(-1);
        }
    }

    public void Closed(CloseOutcome outcome, DnsEndPoint? server)
    {
        if (!_closed.Enabled)
        {
            return;
        }

        if (server is null)
        {
            _closed.Add(1, new KeyValuePair<string, object?>(GracefulHttpTelemetry.Outcome, outcome.ToTag()));
        }
        else
        {
            _closed.Add(
                1,
                new KeyValuePair<string, object?>(GracefulHttpTelemetry.Outcome, outcome.ToTag()),
                new KeyValuePair<string, object?>("server.address", server.Host),
                new KeyValuePair<string, object?>("server.port", server.Port));
        }
    }
}
