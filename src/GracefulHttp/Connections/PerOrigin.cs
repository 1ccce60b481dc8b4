using System.Collections.Concurrent;

namespace GracefulHttp.Connections;

/// <summary>Something for each origin that is talked to. Of very many origins those that rest are forgotten.</summary>
internal abstract class PerOrigin<TValue>
    where TValue : class
{
    private const int Remembered = 1000;

    private readonly ConcurrentDictionary<Origin, TValue> _origins = new();
    private int _count;
    private int _forgetAt = Remembered;

    public int Count => _origins.Count;

    public TValue For(Uri? uri)
    {
        Origin key = Origin.Of(uri);
        if (_origins.TryGetValue(key, out TValue? known))
        {
            return known;
        }

        if (Interlocked.Increment(ref _count) > Volatile.Read(ref _forgetAt))
        {
            Forget();
        }

        return _origins.GetOrAdd(key, static (_, self) => self.Create(), this);
    }

    protected abstract TValue Create();

    /// <summary>Whether nothing would be lost if it were forgotten.</summary>
    protected abstract bool IsIdle(TValue value);

    /// <summary>Whether somebody will come back to it.</summary>
    protected abstract bool IsHeld(TValue value);

    private void Forget()
    {
        Remove(IsIdle);
        if (_origins.Count > Remembered / 2)
        {
            // What an origin has used up is forgiven rather than remembered without bound.
            Remove(value => !IsHeld(value));
        }

        // Seldom, however many are left: this may be inside somebody's Cancel().
        int count = _origins.Count;
        Volatile.Write(ref _forgetAt, Math.Max(Remembered, 2 * count));
        Volatile.Write(ref _count, count);
    }

    private void Remove(Predicate<TValue> match)
    {
        foreach ((Origin key, TValue value) in _origins)
        {
            if (match(value))
            {
                _origins.TryRemove(key, out _);
            }
        }
    }
}
