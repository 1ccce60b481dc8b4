using GracefulHttp.Background;
using GracefulHttp.Connections;
using GracefulHttp.Diagnostics;
using Microsoft.Extensions.Logging;

namespace GracefulHttp.Abandonment;

/// <summary>Takes over the abandoned requests of one handler, within the budgets of its client.</summary>
internal sealed class Drainer(ClientState client, InnerHandler inner, ILogger logger, TimeProvider timeProvider)
{
    private readonly BackgroundWork _work = new(logger, client.Work);

    public GracefulHttpOptions Options => client.Options.Value;

    public DrainBudget Drains => client.Drains;

    public InnerHandler Inner => inner;

    public OriginBudgets Origins { get; } = inner.Sockets is { } sockets
        ? OriginBudgets.Of(sockets, client.Options, timeProvider)
        : new OriginBudgets(client.Options, inner.MaxConnectionsPerServer, timeProvider);

    public TimeProvider TimeProvider => timeProvider;

    public RequestMetrics Metrics { get; } = new(inner.MeterFactory);

    /// <summary>Returns at once; never throws. The caller no longer owns the request's answer.</summary>
    /// <param name="request">The request.</param>
    /// <param name="caller">Its caller, let go as soon as the request is counted and its message known to be in use.</param>
    public void Take(AbandonedRequest request, GracefulRequest? caller = null)
    {
        request.EndAtOnce();
        _work.Start(request, caller);
    }

    public void LogEnded(Uri? uri, HttpMethod method, AbandonStrategy strategy, AbandonPhase phase, in AbandonEnd end)
    {
        if (logger.IsEnabled(LogLevel.Debug))
        {
            Origin origin = Origin.Of(uri);
            Log.RequestEnded(
                logger, method.Method, origin.Host, origin.Port, phase.ToTag(), strategy, end.Outcome.ToTag(), end.Duration, end.Discarded);
        }
    }

    public void Report(Exception unexpected) => _work.Report(unexpected);

    public Task WhenIdleAsync(CancellationToken cancellationToken) => _work.WhenIdleAsync(cancellationToken);
}
