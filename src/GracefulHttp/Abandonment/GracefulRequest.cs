using System.Net;
using System.Runtime.CompilerServices;

namespace GracefulHttp.Abandonment;

/// <summary>
/// One request in the care of the message layer. Its caller waits for the response headers here, and is let go as soon as
/// they come or its token fires, whichever is first; in the second case the request goes on without its caller.
/// </summary>
internal sealed class GracefulRequest : IThreadPoolWorkItem
{
    // The inner handler has not returned its task yet.
    private const int Starting = 0;
    private const int Waiting = 1;
    private const int Answered = 2;
    private const int Abandoned = 3;

    // What the runtime says.
    private const string CanceledMessage = "The operation was canceled.";

    private readonly HttpRequestMessage _original;
    private readonly AbandonStrategy _selected;

    // A task that is ended by hand, and that carries the exception of a cancellation as that of an async method does.
    private AsyncTaskMethodBuilder<HttpResponseMessage> _caller = AsyncTaskMethodBuilder<HttpResponseMessage>.Create();
    private CancellationTokenSource? _inner;
    private Task<HttpResponseMessage>? _sending;
    private CancellationToken _callerToken;
    private CancellationTokenRegistration _registration;
    private int _state;

    /// <summary>Also asks the user's selector; what that throws is thrown to the caller.</summary>
    public GracefulRequest(Drainer drainer, HttpRequestMessage request)
    {
        Drainer = drainer;
        _original = request;
        _selected = drainer.Options.StrategySelector is { } selector && !TryGetOwn(request, out _) && selector(request) is { } selected
            ? selected
            : drainer.Options.Strategy;

        // The runtime writes to a message that it sends; one that still runs without its caller is not sent twice.
        Message = AbandonedMessages.Find(request) is null ? request : MessageClone.Of(request);
        Scope = new RequestScope(Message);
    }

    public Drainer Drainer { get; }

    /// <summary>What is sent: the caller's message, or its clone.</summary>
    public HttpRequestMessage Message { get; }

    public RequestScope Scope { get; }

    /// <summary>What ends the request below us. Not linked to the caller's token: what the caller cancels is its own waiting.</summary>
    public CancellationToken InnerToken => (Volatile.Read(ref _inner) ?? CreateInner()).Token;

    /// <summary>Asked for when the request is abandoned, so that it costs nothing otherwise.</summary>
    public AbandonStrategy Strategy => TryGetOwn(_original, out AbandonStrategy own) ? own : _selected;

    /// <summary>
    /// Whether its content may be in use: it is not known to be sent in full, which over HTTP/2 nobody knows. Then nothing is let
    /// run: it would read the caller's memory for as long, and could arrive complete.
    /// </summary>
    private bool MayBeUploading => Message.Content is not null && Scope.Progress != SendProgress.Sent;

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
        Drainer.Take(AbandonedRequest.WaitingForHeaders(this, ended, letsGo: false));
    }

    /// <summary>Makes the response one that can be left.</summary>
    public HttpResponseMessage Receive(HttpResponseMessage response)
    {
        // A handler that answers null is told so by HttpClient.
        if (response is null)
        {
            return response!;
        }

        MessageClone.Return(Message, _original, response);
        if (response.Version.Major >= 2)
        {
            Drainer.Origins.For(Message.RequestUri).CountCompleted(response);
        }

        // What a stub or a cache answers with is there already, and its callers may know it as what it is.
        if (response.StatusCode != HttpStatusCode.SwitchingProtocols
            && Message.Method != HttpMethod.Connect
            && response.Content is not (ByteArrayContent or ReadOnlyMemoryContent)
            && response.Content.Headers.ContentLength != 0)
        {
            response.Content = new GracefulHttpContent(response.Content, new AbandonableBody(this, new ReceivedBody(response)));
        }

        return response;
    }

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
            (Volatile.Read(ref _inner) ?? CreateInner()).Cancel();
        }
        catch (AggregateException e)
        {
            // A handler or a content of the user's threw from its own registration: not to the caller who leaves, nor to a timer.
            Drainer.Report(e);
        }
    }

    public async Task WaitUntilHandedDownAsync()
    {
        var handedDown = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        CancellationTokenRegistration registration =
            InnerToken.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), handedDown);
        await using (registration.ConfigureAwait(false))
        {
            await handedDown.Task.ConfigureAwait(false);
        }
    }

    /// <summary>Lets the caller go, on the thread pool: its code does not run inside <see cref="CancellationTokenSource.Cancel()"/>.</summary>
    public void LetGo() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    void IThreadPoolWorkItem.Execute()
    {
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
        bool jobLetsGo = false;
        try
        {
            Abandon();
            bool mayBeUploading = MayBeUploading;
            if (isHandedDown || mayBeUploading)
            {
                HandDown();
            }

            // First the job: a caller that is let go may send its message again, or wait for everything to end.
            var abandoned = AbandonedRequest.WaitingForHeaders(this, _sending!, mayBeUploading);
            abandoned.UnsendAtOnce();
            Drainer.Take(abandoned);
            jobLetsGo = mayBeUploading;
        }
        finally
        {
            if (!jobLetsGo)
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

    private static bool TryGetOwn(HttpRequestMessage request, out AbandonStrategy own) =>
        request.Options.TryGetValue(GracefulHttpRequestMessageExtensions.AbandonStrategyKey, out own);

    private CancellationTokenSource CreateInner()
    {
        Interlocked.CompareExchange(ref _inner, new CancellationTokenSource(), null);
        return _inner;
    }
}
