namespace GracefulHttp.Abandonment;

/// <summary>One of the drains that may run at the same time: of a client, and of an origin's connections where it holds one.</summary>
internal sealed class DrainPermit(DrainBudget drains, OriginBudget? connections)
{
    private int _held;

    /// <summary>The caller must call <see cref="Release"/> when this returns true.</summary>
    public bool TryTake()
    {
        if (!drains.TryBeginDrain())
        {
            return false;
        }

        if (connections is not null && !connections.TryBeginDrain())
        {
            drains.EndDrain();
            return false;
        }

        Volatile.Write(ref _held, 1);
        return true;
    }

    /// <summary>At any time, any number of times.</summary>
    public void Release()
    {
        if (Interlocked.Exchange(ref _held, 0) != 0)
        {
            drains.EndDrain();
            connections?.EndDrain();
        }
    }
}
