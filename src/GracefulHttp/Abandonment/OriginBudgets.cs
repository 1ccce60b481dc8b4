using System.Collections.Concurrent;
using GracefulHttp.Connections;
using GracefulHttp.Validation;

namespace GracefulHttp.Abandonment;

/// <summary>The budgets of all origins that a handler talks to. A client of very many origins forgets those that rest.</summary>
internal sealed class OriginBudgets(ICurrentOptions<GracefulHttpOptions> options, int maxConnectionsPerServer, TimeProvider timeProvider)
{
    private const int Remembered = 1000;

    private readonly ConcurrentDictionary<Origin, OriginBudget> _origins = new();
    private int _count;
    private int _forgetAt = Remembered;

    public int Count => _origins.Count;

    public OriginBudget For(Uri? uri)
    {
        Origin key = Origin.Of(uri);
        if (_origins.TryGetValue(key, out OriginBudget? known))
        {
            return known;
        }

        if (Interlocked.Increment(ref _count) > Volatile.Read(ref _forgetAt))
        {
            Forget();
        }

        return _origins.GetOrAdd(key, static (_, self) => self.Create(), this);
    }

    private OriginBudget Create() => new(options, maxConnectionsPerServer, timeProvider);

    private void Forget()
    {
        Remove(static budget => budget.IsIdle);
        if (_origins.Count > Remembered / 2)
        {
            // Resets are forgiven rather than remembered without bound.
            Remove(static budget => !budget.IsDraining);
        }

        // Seldom, however many are left: this may be inside somebody's Cancel().
        int count = _origins.Count;
        Volatile.Write(ref _forgetAt, Math.Max(Remembered, 2 * count));
        Volatile.Write(ref _count, count);
    }

    private void Remove(Predicate<OriginBudget> match)
    {
        foreach ((Origin key, OriginBudget budget) in _origins)
        {
            if (match(budget))
            {
                _origins.TryRemove(key, out _);
            }
        }
    }
}
