using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using GracefulHttp.Connections;

namespace GracefulHttp.Diagnostics;

/// <summary>The instruments of the transport layer. They cost a null check where nobody listens.</summary>
internal sealed class ConnectionMetrics
{
    private readonly Counter<long> _closed;
    private readonly Counter<long> _reset;
    private readonly UpDownCounter<long> _closing;

    public ConnectionMetrics(IMeterFactory? meterFactory)
    {
        Meter meter = Meters.For(meterFactory);
        _closed = meter.CreateCounter<long>(
            GracefulHttpTelemetry.ConnectionsClosed, "{connection}", "Connections that have ended, by outcome.");
        _reset = meter.CreateCounter<long>(
            GracefulHttpTelemetry.ConnectionsReset, "{connection}", "Connections that this library had to end with RST, by outcome.");
        _closing = meter.CreateUpDownCounter<long>(
            GracefulHttpTelemetry.ConnectionsClosing, "{connection}", "Connections that have been disposed and are still being closed.");
    }

    /// <summary>Whether it was counted, and is to be uncounted.</summary>
    public bool Began()
    {
        if (!_closing.Enabled)
        {
            return false;
        }

        _closing.Add(1);
        return true;
    }

    public void Ended() => _closing.Add(-1);

    public void Closed(CloseOutcome outcome, DnsEndPoint? server)
    {
        if (_closed.Enabled)
        {
            _closed.Add(1, Tags(outcome, server));
        }

        if (_reset.Enabled && outcome.IsReset())
        {
            _reset.Add(1, Tags(outcome, server));
        }
    }

    private static TagList Tags(CloseOutcome outcome, DnsEndPoint? server)
    {
        TagList tags = default;
        tags.Add(GracefulHttpTelemetry.Outcome, outcome.ToTag());
        if (server is not null)
        {
            tags.Add(RuntimeTags.ServerAddress, server.Host);
            tags.Add(RuntimeTags.ServerPort, server.Port);
        }

        return tags;
    }
}
