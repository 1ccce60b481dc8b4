using GracefulHttp.Validation;

namespace GracefulHttp.Abandonment;

/// <summary>How many drains of one client run at the same time.</summary>
internal sealed class DrainBudget(ICurrentOptions<GracefulHttpOptions> options)
{
    private int _drains;
    private volatile bool _refuses;

    public int Drains => Volatile.Read(ref _drains);

    /// <summary>The caller must call <see cref="EndDrain"/> when this returns true.</summary>
    public bool TryBeginDrain()
    {
        if (Interlocked.Increment(ref _drains) <= options.Value.MaxConcurrentDrains && !_refuses)
        {
            return true;
        }

        EndDrain();
        return false;
    }

    public void EndDrain() => Interlocked.Decrement(ref _drains);

    /// <summary>From here on there are no new drains: the application stops, and what is abandoned now is closed.</summary>
    public void RefuseDrains() => _refuses = true;
}
