using GracefulHttp.Background;
using GracefulHttp.Validation;
using Microsoft.Extensions.Logging;

namespace GracefulHttp.Abandonment;

/// <summary>
/// What all handlers of one client share. A factory makes a new handler every few minutes and lets the old one end by itself: the
/// budgets shall not double then, nor warnings come again.
/// </summary>
internal sealed class ClientState
{
    private int _degradationLogged;

    /// <param name="options">A copy of what the user has given, validated.</param>
    /// <param name="logger">Where its handlers report.</param>
    public ClientState(GracefulHttpOptions options, ILogger logger)
    {
        Options = new CurrentOptions<GracefulHttpOptions>(options);
        Drains = new DrainBudget(Options);
        Work = new BackgroundWork(logger);
    }

    public CurrentOptions<GracefulHttpOptions> Options { get; }

    public DrainBudget Drains { get; }

    /// <summary>What goes on in the background for any of its handlers, also for those that have been disposed.</summary>
    public BackgroundWork Work { get; }

    /// <summary>True for the first of its handlers that cannot do all that is asked for.</summary>
    public bool ShallLogDegradation() => Interlocked.Exchange(ref _degradationLogged, 1) == 0;
}
