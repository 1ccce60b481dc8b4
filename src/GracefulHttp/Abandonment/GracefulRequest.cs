using System.Threading.Tasks.Sources;

namespace GracefulHttp.Abandonment;

/// <summary>
/// One request in the care of the message layer. Its caller waits for the response headers here, and is let go as soon as
/// they come or its token fires, whichever is first; in the second case the request goes on without its caller.
/// </summary>
internal sealed class GracefulRequest(Drainer drainer, HttpRequestMessage message, AbandonStrategy? selected)
    : IValueTaskSource<HttpResponseMessage>
{
    /// <summary>What the runtime says.</summary>
    public const string CanceledMessage = "The operation was canceled.";

    private const int Waiting = 0;
    private const int Answered = 1;
    private const int Abandoned = 2;

    private ManualResetValueTaskSourceCore<bool> _core;
    private Task<HttpResponseMessage>? _sending;
    private CancellationTokenRegistration _registration;
    private int _state;

    public Drainer Drainer => drainer;

    public HttpRequestMessage Message => message;

    public RequestScope Scope { get; } = new();

    /// <summary>What ends the request below us. Not linked to the caller's token: what the caller cancels is its own waiting.</summary>
    public CancellationTokenSource Inner { get; } = new();

    /// <summary>Asked for when the request is abandoned, so that it costs nothing otherwise.</summary>
    public AbandonStrategy Strategy =>
        message.Options.TryGetValue(GracefulHttpRequestMessageExtensions.AbandonStrategyKey, out AbandonStrategy own)
            ? own
            : selected ?? drainer.Options.Strategy;

    /// <summary>Nothing more is sent for it, and its connection knows how to end.</summary>
    public void Abandon()
    {
        Scope.Abandon();
        if (Strategy == AbandonStrategy.Abort)
        {
            Scope.Abort();
        }
    }

    /// <summary>Ends the request below us; its connection is disposed inside this call.</summary>
    public void HandDown()
    {
        try
        {
            Inner.Cancel();
        }
        catch (AggregateException e)
        {
            // A handler or a content of the user's threw from its own registration: not to the caller who leaves, nor to a timer.
            drainer.Report(e);
        }
    }

    public async Task WaitUntilHandedDownAsync()
    {
        var handedDown = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        CancellationTokenRegistration registration =
            Inner.Token.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), handedDown);
        await using (registration.ConfigureAwait(false))
        {
            await handedDown.Task.ConfigureAwait(false);
        }
    }

    /// <exception cref="TaskCanceledException">The caller has left; it carries <paramref name="callerToken"/>.</exception>
    public ValueTask<HttpResponseMessage> WaitAsync(Task<HttpResponseMessage> sending, CancellationToken callerToken)
    {
        if (sending.IsCompleted || !callerToken.CanBeCanceled)
        {
            return new ValueTask<HttpResponseMessage>(sending);
        }

        _sending = sending;

        // First the token, so that Answer finds a registration to take back.
        _registration = callerToken.UnsafeRegister(static (state, token) => ((GracefulRequest)state!).OnCanceled(token), this);
        sending.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(Answer);
        return new ValueTask<HttpResponseMessage>(this, _core.Version);
    }

    HttpResponseMessage IValueTaskSource<HttpResponseMessage>.GetResult(short token)
    {
        try
        {
            _core.GetResult(token);
            return _sending!.GetAwaiter().GetResult();
        }
        finally
        {
            // The inner request may go on for long, and knows us: nothing of the caller's stays here.
            _core.Reset();
            _registration = default;
        }
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
    private void OnCanceled(CancellationToken callerToken)
    {
        if (Interlocked.CompareExchange(ref _state, Abandoned, Waiting) != Waiting)
        {
            return;
        }

        Abandon();
        drainer.Take(AbandonedRequest.WaitingForHeaders(this, _sending!));

        // The caller's code goes on on the thread pool, not inside Cancel().
        _core.RunContinuationsAsynchronously = true;
        _core.SetException(new TaskCanceledException(CanceledMessage, null, callerToken));
    }
}
