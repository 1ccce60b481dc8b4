using System.Runtime.CompilerServices;

namespace GracefulHttp.TestKit;

/// <summary>
/// A place in the code under observation where it waits for the test: the code arrives and is held, the test knows that it
/// is there, does what it came for, and releases it. Any number may arrive; once released it holds nobody any more.
/// </summary>
public sealed class SyncPoint
{
    private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether somebody is held here, or has been.</summary>
    public bool HasArrived => _arrived.Task.IsCompleted;

    public bool IsReleased => _released.Task.IsCompleted;

    /// <summary>For the code that is held.</summary>
    public Task ArriveAsync([CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        ArriveAsync(CancellationToken.None, file, line);

    /// <summary>For the code that is held until its token fires. A wait of its own around the other would leave that to time out.</summary>
    public Task ArriveAsync(CancellationToken cancellationToken, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        _arrived.TrySetResult();
        return _released.Task.WaitAsync(cancellationToken).WithinAsync(null, "the release of a sync point", file, line);
    }

    /// <summary>For code that cannot wait otherwise: its thread is held.</summary>
    public void Arrive()
    {
        _arrived.TrySetResult();
        if (!SpinWait.SpinUntil(() => IsReleased, Deadline.Default))
        {
            throw new TimeoutException("A thread was held at a sync point, and not released.");
        }
    }

    /// <summary>For the test: completes when somebody is held here, or has been.</summary>
    public Task ArrivedAsync([CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        _arrived.Task.WithinAsync(null, "the arrival at a sync point", file, line);

    public void Release() => _released.TrySetResult();
}
