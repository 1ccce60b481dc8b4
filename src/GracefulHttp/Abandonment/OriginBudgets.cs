using System.Collections.Concurrent;
using GracefulHttp.Connections;

namespace GracefulHttp.Abandonment;

/// <summary>The budgets of all origins that a handler talks to. A client of very many origins forgets those that rest.</summary>
internal sealed class OriginBudgets(GracefulHttpOptions options, int maxConnectionsPerServer, TimeProvider timeProvider)
{
    private const int Remembered = 1000;

    private readonly ConcurrentDictionary<Origin, OriginBudget> _origins = new();
    private int _count;

    public OriginBudget For(Uri? uri)
    {
        Origin key = Origin.Of(uri);
        if (_origins.TryGetValue(key, out OriginBudget? known))
        {
            return known;
        }

        if (Interlocked.Increment(ref _count) > Remembered)
        {
            ForgetIdle();
        }

        return _origins.GetOrAdd(key, static (_, self) => self.Create(), this);
    }

    private OriginBudget Create() => new(options, maxConnectionsPerServer, timeProvider);

    private void ForgetIdle()
    {
        foreach ((Origin key, OriginBudget budget) in _origins)
        {
            if (budget.IsIdle)
            {
                _origins.TryRemove(key, out _);
            }
        }

        Volatile.Write(ref _count, _origins.Count);
    }
}
