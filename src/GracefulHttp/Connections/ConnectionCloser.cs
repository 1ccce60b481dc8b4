using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using GracefulHttp.Abandonment;
using GracefulHttp.Background;
using GracefulHttp.Diagnostics;
using GracefulHttp.Validation;
using Microsoft.Extensions.Logging;

namespace GracefulHttp.Connections;

/// <summary>Takes over the connections of one handler when they are disposed, and ends them in the background.</summary>
internal sealed class ConnectionCloser(
    ICurrentOptions<GracefulCloseOptions> options, ILogger logger, IMeterFactory? meterFactory, TimeProvider timeProvider, BackgroundWork? all = null)
{
    private readonly ConnectionMetrics _metrics = new(meterFactory);
    private readonly BackgroundWork _work = new(logger, all);
    private readonly LingerBudget _budget = new(options, ProcessLingers.Shared, logger, timeProvider);

    public GracefulCloseOptions Options => options.Value;

    public TimeProvider TimeProvider => timeProvider;

    public int Closing => _work.Running;

    /// <summary>
    /// Whether a connection shall end as without us: the request that it carried last wants it, or nothing is asked for but that
    /// it be counted, and no abandoned request of another strategy says otherwise.
    /// </summary>
    public bool EndsUnchanged(RequestScope? last) =>
        last is { IsAborted: true }
        || (options.Value is GracefulHttpOptions { Enabled: false } or GracefulHttpOptions { Strategy: AbandonStrategy.Abort }
            && last is not { IsAbandoned: true });

    /// <summary>Returns at once; never throws. The caller no longer owns the socket or the session.</summary>
    public void Close(ClosingConnection connection)
    {
        connection.StartedAt = timeProvider.GetTimestamp();
        if (!_budget.TryAdd(connection))
        {
            connection.Cut(CloseOutcome.LingerRefused);
        }

        _work.Start(connection);
    }

    /// <summary>Ends a connection as <see cref="NetworkStream"/> does: FIN at once, RST for whatever comes or is left unread.</summary>
    public void Abort(Socket socket, DnsEndPoint? server)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Not connected any more.
        }

        socket.Dispose();
        try
        {
            Record(CloseOutcome.Aborted, server, TimeSpan.Zero, 0);
        }
        catch (Exception e)
        {
            // This runs inside the caller's Cancel().
            Report(e);
        }
    }

    public Task WhenIdleAsync(CancellationToken cancellationToken) => _work.WhenIdleAsync(cancellationToken);

    public void LogForeignStream(Stream stream) => Log.ForeignStream(logger, stream.GetType().FullName!);

    /// <summary>Disposes a session in the background: streams of the user's are in it.</summary>
    internal void Dispose(GracefulTlsStream session) => _work.Start(new SessionDisposal(session));

    /// <summary>Gives its place back to those that linger.</summary>
    internal void Leave(ClosingConnection connection) => _budget.Remove(connection);

    /// <summary>A logger or a listener that throws is nobody's fault here: not the canceller's, and not the connection's.</summary>
    internal void Report(Exception unexpected) => _work.Report(unexpected);

    /// <summary>Called by the job of the connection, where no activity of anybody's is current.</summary>
    internal void Began(ClosingConnection connection)
    {
        try
        {
            connection.IsCounted = _metrics.Began();
            connection.Activity = Traces.StartClose(connection.Links);
        }
        catch (Exception e)
        {
            Report(e);
        }
    }

    internal void Ended(ClosingConnection connection, CloseOutcome outcome)
    {
        _budget.Remove(connection);
        try
        {
            if (connection.IsCounted)
            {
                _metrics.Ended();
            }

            if (outcome != CloseOutcome.None)
            {
                Record(outcome, connection.Server, timeProvider.GetElapsedTime(connection.StartedAt), connection.Discarded);
            }

            Traces.End(connection.Activity, outcome, connection.Discarded, connection.Server);
        }
        catch (Exception e)
        {
            Report(e);
        }
    }

    private void Record(CloseOutcome outcome, DnsEndPoint? server, TimeSpan duration, long discarded)
    {
        _metrics.Closed(outcome, server);
        LogLevel level = outcome.IsUngraceful() ? LogLevel.Warning : LogLevel.Debug;
        string tag = outcome.ToTag();
        Log.ConnectionEnded(logger, level, server?.Host, server?.Port, tag, duration, discarded);
    }
}
