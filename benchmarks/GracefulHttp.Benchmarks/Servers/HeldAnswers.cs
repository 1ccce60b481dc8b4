namespace GracefulHttp.Benchmarks.Servers;

/// <summary>What held requests wait for: that they are released, or that the server stops.</summary>
internal sealed class HeldAnswers
{
    private TaskCompletionSource<bool> _waiting = Create();

    /// <remarks>To be called before the client can know of its request: what is released while it is not yet waited for must count.</remarks>
    /// <returns>Whether to answer: not when the server stops.</returns>
    public Task<bool> WaitAsync() => Volatile.Read(ref _waiting).Task;

    /// <summary>Answers all that are held now. The next ones wait for the next call.</summary>
    public void Release() => Interlocked.Exchange(ref _waiting, Create()).TrySetResult(true);

    /// <summary>Ends the wait, without an answer.</summary>
    public void Stop() => Volatile.Read(ref _waiting).TrySetResult(false);

    private static TaskCompletionSource<bool> Create() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
