namespace GracefulHttp.Connections;

/// <summary>
/// The connections of all handlers that linger: each holds a descriptor, of which a process has few. Over the cap the handler
/// that adds one more gives up its own oldest.
/// </summary>
internal sealed class ProcessLingers(int cap)
{
    private int _count;

    /// <summary>The process's own.</summary>
    public static ProcessLingers Shared { get; } = new(GracefulCloseOptions.MaxLingeringConnectionsOfProcess);

    public int Count => Volatile.Read(ref _count);

    /// <summary>False where one has to be given up for it. In either case the caller must call <see cref="Exit"/>.</summary>
    public bool TryEnter() => Interlocked.Increment(ref _count) <= cap;

    public void Exit() => Interlocked.Decrement(ref _count);
}
