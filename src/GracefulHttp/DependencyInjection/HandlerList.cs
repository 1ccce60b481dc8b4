namespace GracefulHttp.DependencyInjection;

/// <summary>
/// The handlers that are still used by somebody. Not kept alive by this: a factory lets a handler go when it is a few minutes old,
/// and disposes what is below it when nobody holds it any more.
/// </summary>
internal sealed class HandlerList
{
    private readonly Lock _lock = new();
    private readonly List<WeakReference<GracefulHttpHandler>> _handlers = [];

    public void Add(GracefulHttpHandler handler)
    {
        lock (_lock)
        {
            _handlers.RemoveAll(static reference => !reference.TryGetTarget(out _));
            _handlers.Add(new WeakReference<GracefulHttpHandler>(handler));
        }
    }

    /// <returns>Those that it has disposed.</returns>
    public List<GracefulHttpHandler> DisposeAll()
    {
        var handlers = new List<GracefulHttpHandler>();
        lock (_lock)
        {
            foreach (WeakReference<GracefulHttpHandler> reference in _handlers)
            {
                if (reference.TryGetTarget(out GracefulHttpHandler? handler))
                {
                    handlers.Add(handler);
                }
            }

            _handlers.Clear();
        }

        handlers.ForEach(static handler => handler.Dispose());
        return handlers;
    }
}
