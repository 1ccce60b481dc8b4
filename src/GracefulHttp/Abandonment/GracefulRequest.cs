using System.Runtime.CompilerServices;

namespace GracefulHttp.Abandonment;

/// <summary>
/// One request in the care of the message layer. Its caller waits for the response headers here, and is let go as soon as
/// they come or its token fires, whichever is first; in the second case the request goes on without its caller.
/// </summary>
internal sealed class GracefulRequest(Drainer drainer, HttpRequestMessage request) : SentRequest(drainer, request), IThreadPoolWorkItem
{
    // The inner handler has not returned its task yet.
    private const int Starting = 0;
    private const int Waiting = 1;
    private const int Answered = 2;
    private const int Abandoned = 3;
    private const int Gone = 4;

    // What the runtime says.
    private const string CanceledMessage = "The operation was canceled.";

    // A task that is ended by hand, and that carries the exception of a cancellation as that of an async method does.
    private AsyncTaskMethodBuilder<HttpResponseMessage> _caller = AsyncTaskMethodBuilder<HttpResponseMessage>.Create();
    private Task<HttpResponseMessage>? _sending;
    private CancellationToken _callerToken;
    private CancellationTokenRegistration _registration;
    private int _state;

    public static TaskCanceledException Canceled(CancellationToken callerToken) => new(CanceledMessage, null, callerToken);

    /// <summary>Begins to watch the caller's token, before anything below us can block; gives what ends the request below us.</summary>
    public CancellationToken Watch(CancellationToken callerToken)
    {
        if (!callerToken.CanBeCanceled)
        {
            return CancellationToken.None;
        }

        // Kept, for a registration that is not made because the token has just fired does not know it.
        _callerToken = callerToken;
        CancellationToken inner = InnerToken;
        _registration = callerToken.UnsafeRegister(static state => ((GracefulRequest)state!).OnCanceled(), this);
        return inner;
    }

    /// <summary>The caller's task: the answer, or a <see cref="TaskCanceledException"/> with its token when that fires.</summary>
    public Task<HttpResponseMessage> FollowAsync(Task<HttpResponseMessage> sending)
    {
        Task<HttpResponseMessage> task = _caller.Task;
        _sending = sending;
        if (!TryMove(Starting, Waiting))
        {
            Leave(isHandedDown: true);
        }
        else if (sending.IsCompleted)
        {
            Answer();
        }
        else
        {
            sending.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(Answer);
        }

        return task;
    }

    /// <summary>The inner handler has ended without a task to follow. False where the caller has left before.</summary>
    public bool TryEnd()
    {
        if (!TryMove(Starting, Answered))
        {
            return false;
        }

        StopWatching();
        return true;
    }

    /// <summary>What became of a synchronous request that its caller left in the middle, which cannot have been let run.</summary>
    public void LeaveEnded(Task<HttpResponseMessage> ended)
    {
        StopWatching();
        HandDown();
        Drainer.Take(AbandonedRequest.WaitingForHeaders(this, ended, isUploading: false));
    }

    /// <summary>Lets the caller go, on the thread pool: its code does not run inside <see cref="CancellationTokenSource.Cancel()"/>.</summary>
    public void LetGo() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    void IThreadPoolWorkItem.Execute()
    {
        if (!TryMove(Abandoned, Gone))
        {
            // It has been queued twice.
            return;
        }

        // The inner request may go on for long, and knows us: nothing of the caller's stays here.
        CancellationToken callerToken = _callerToken;
        AsyncTaskMethodBuilder<HttpResponseMessage> caller = _caller;
        _caller = default;
        StopWatching();
        caller.SetException(Canceled(callerToken));
    }

    private void Answer()
    {
        if (!TryMove(Waiting, Answered))
        {
            return;
        }

        StopWatching();
        HttpResponseMessage response;
        try
        {
            response = Receive(_sending!.GetAwaiter().GetResult());
        }
        catch (Exception e)
        {
            _caller.SetException(e);
            return;
        }

        _caller.SetResult(response);
    }

    private void OnCanceled()
    {
        if (TryMove(Starting, Abandoned))
        {
            // What blocks the inner handler, or a content, ends by its token only. Its task is followed when it returns.
            Abandon();
            HandDown();
        }
        else if (TryMove(Waiting, Abandoned))
        {
            Leave(isHandedDown: false);
        }
    }

    /// <remarks>Runs inside <see cref="CancellationTokenSource.Cancel()"/>: it decides, and queues; an upload it ends, as the runtime does.</remarks>
    private void Leave(bool isHandedDown)
    {
        bool isTaken = false;
        try
        {
            Abandon();
            bool isUploading = MayBeUploading;
            var abandoned = AbandonedRequest.WaitingForHeaders(this, _sending!, isUploading);
            if (isHandedDown || isUploading)
            {
                HandDown();
            }

            // Not before the job is known: a caller that is let go may send its message again, or wait for everything to end.
            Drainer.Take(abandoned, caller: abandoned.HoldsItsCaller ? null : this);
            isTaken = true;
        }
        finally
        {
            if (!isTaken)
            {
                LetGo();
            }
        }
    }

    private void StopWatching()
    {
        _registration.Unregister();
        _registration = default;
        _callerToken = default;
    }

    private bool TryMove(int from, int to) => Interlocked.CompareExchange(ref _state, to, from) == from;
}
