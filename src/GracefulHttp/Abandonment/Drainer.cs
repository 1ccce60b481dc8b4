using GracefulHttp.Background;
using GracefulHttp.Diagnostics;
using Microsoft.Extensions.Logging;

namespace GracefulHttp.Abandonment;

/// <summary>Takes over the abandoned requests of one handler, within its budgets.</summary>
internal sealed class Drainer(GracefulHttpOptions options, InnerHandler inner, ILogger logger, TimeProvider timeProvider)
{
    private readonly BackgroundWork _work = new(logger);
    private int _drains;

    public GracefulHttpOptions Options => options;

    public InnerHandler Inner => inner;

    public OriginBudgets Origins { get; } = new(options, inner.MaxConnectionsPerServer, timeProvider);

    public TimeProvider TimeProvider => timeProvider;

    /// <summary>Returns at once; never throws. The caller no longer owns the request's answer.</summary>
    public void Take(AbandonedRequest request) => _work.Start(request);

    /// <summary>The caller must call <see cref="EndDrain"/> when this returns true.</summary>
    public bool TryBeginDrain()
    {
        if (Interlocked.Increment(ref _drains) <= options.MaxConcurrentDrains)
        {
            return true;
        }

        EndDrain();
        return false;
    }

    public void EndDrain() => Interlocked.Decrement(ref _drains);

    public void Record(AbandonOutcome outcome, TimeSpan duration, long discarded)
    {
        string tag = outcome.ToTag();
        Log.RequestEnded(logger, tag, duration, discarded);
    }

    public void Report(Exception unexpected) => _work.Report(unexpected);

    public Task WhenIdleAsync(CancellationToken cancellationToken) => _work.WhenIdleAsync(cancellationToken);
}
