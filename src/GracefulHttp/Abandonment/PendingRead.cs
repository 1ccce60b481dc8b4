using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace GracefulHttp.Abandonment;

/// <summary>
/// A read into our buffer that has to wait. Its caller is told of its end, or of having left; in the second case the read
/// itself goes on, and its end is <see cref="Detached"/>. Used for one read of a body after the other.
/// </summary>
internal sealed class PendingRead(AbandonableBody body) : IValueTaskSource<int>
{
    private ManualResetValueTaskSourceCore<int> _core;
    private ConfiguredValueTaskAwaitable<int>.ConfiguredValueTaskAwaiter _read;
    private Action? _onRead;
    private CancellationTokenRegistration _registration;
    private TaskCompletionSource<int>? _detached;

    /// <summary>The end of a read that its caller has left.</summary>
    public Task<int> Detached => EnsureDetached().Task;

    /// <summary>Begins a new round; the caller's task is good from here on.</summary>
    public ValueTask<int> PrepareAsync(ValueTask<int> read)
    {
        _core.Reset();
        _core.RunContinuationsAsynchronously = false;
        _read = read.ConfigureAwait(false).GetAwaiter();
        return new ValueTask<int>(this, _core.Version);
    }

    /// <summary>Lets the token and the read's end come. Not before the body may be left, for the token may have fired.</summary>
    public void Watch(CancellationToken cancellationToken)
    {
        // First the token, so that OnRead finds a registration to take back.
        _registration = cancellationToken.UnsafeRegister(static (state, token) => ((PendingRead)state!).OnCanceled(token), this);
        if (body.IsLeft)
        {
            _registration.Unregister();
        }

        _read.UnsafeOnCompleted(_onRead ??= OnRead);
    }

    /// <summary>Before the body is marked as left: the inner read, when it ends, looks for it.</summary>
    public TaskCompletionSource<int> EnsureDetached()
    {
        Interlocked.CompareExchange(ref _detached, new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously), null);
        return _detached;
    }

    public void Unregister() => _registration.Unregister();

    public int TakeResult() => _read.GetResult();

    public void Complete(int count) => _core.SetResult(count);

    public void Fail(Exception exception) => _core.SetException(exception);

    /// <summary>Ends the caller's part. Its code goes on on the thread pool, not inside <c>Cancel()</c> or <c>Dispose()</c>.</summary>
    public void LetGo(Exception exception)
    {
        _core.RunContinuationsAsynchronously = true;
        _core.SetException(exception);
    }

    int IValueTaskSource<int>.GetResult(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            if (body.IsLeft)
            {
                // The inner read may go on for long, and knows us: nothing of the caller's stays here.
                _core.Reset();
                _registration.Unregister();
                _registration = default;
            }
        }
    }

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void OnCanceled(CancellationToken token) => body.TryDetach(GracefulRequest.Canceled(token), wasCancelled: true);

    private void OnRead()
    {
        if (body.TryHold())
        {
            // Waits for a callback that runs just now: a late one must not hit the next read.
            _registration.Dispose();
            _registration = default;
            body.HandOver();
            return;
        }

        try
        {
            _detached!.SetResult(_read.GetResult());
        }
        catch (Exception e)
        {
            _detached!.SetException(e);
        }
    }
}
