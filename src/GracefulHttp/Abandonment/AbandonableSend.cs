using System.Threading.Tasks.Sources;

namespace GracefulHttp.Abandonment;

/// <summary>
/// A request between its caller and its response headers. Ends as soon as the headers come or the caller's token fires,
/// whichever is first; in the second case the request goes on without its caller.
/// </summary>
internal sealed class AbandonableSend : IValueTaskSource<HttpResponseMessage>
{
    private const int Waiting = 0;
    private const int Answered = 1;
    private const int Abandoned = 2;

    private readonly Drainer _drainer;
    private readonly AbandonStrategy _strategy;
    private readonly RequestScope _scope;
    private readonly CancellationTokenSource _inner;
    private ManualResetValueTaskSourceCore<bool> _core;
    private Task<HttpResponseMessage>? _sending;
    private CancellationToken _callerToken;
    private CancellationTokenRegistration _registration;
    private int _state;

    public AbandonableSend(Drainer drainer, AbandonStrategy strategy, RequestScope scope, CancellationTokenSource inner)
    {
        _drainer = drainer;
        _strategy = strategy;
        _scope = scope;
        _inner = inner;
    }

    /// <exception cref="TaskCanceledException">The caller has left; it carries <paramref name="callerToken"/>.</exception>
    public ValueTask<HttpResponseMessage> WaitAsync(Task<HttpResponseMessage> sending, CancellationToken callerToken)
    {
        if (sending.IsCompleted)
        {
            return new ValueTask<HttpResponseMessage>(sending);
        }

        _sending = sending;
        _callerToken = callerToken;

        // First the token, so that Answer finds a registration to take back.
        _registration = callerToken.UnsafeRegister(static state => ((AbandonableSend)state!).Abandon(), this);
        sending.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(Answer);
        return new ValueTask<HttpResponseMessage>(this, _core.Version);
    }

    HttpResponseMessage IValueTaskSource<HttpResponseMessage>.GetResult(short token)
    {
        _core.GetResult(token);
        return _sending!.GetAwaiter().GetResult();
    }

    ValueTaskSourceStatus IValueTaskSource<HttpResponseMessage>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<HttpResponseMessage>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Answer()
    {
        if (Interlocked.CompareExchange(ref _state, Answered, Waiting) == Waiting)
        {
            _registration.Unregister();
            _core.SetResult(true);
        }
    }

    /// <remarks>Runs inside <see cref="CancellationTokenSource.Cancel()"/>: it only decides, and queues.</remarks>
    private void Abandon()
    {
        if (Interlocked.CompareExchange(ref _state, Abandoned, Waiting) != Waiting)
        {
            return;
        }

        if (_strategy == AbandonStrategy.Abort)
        {
            _scope.Abort();
        }

        _drainer.Take(AbandonedRequest.Waiting(_drainer, _strategy, _inner, _sending!));

        // The caller's code goes on on the thread pool, not inside Cancel().
        _core.RunContinuationsAsynchronously = true;
        _core.SetException(new TaskCanceledException(null, null, _callerToken));
    }
}
