using System.Net;
using GracefulHttp.Diagnostics;

namespace GracefulHttp.Abandonment;

/// <summary>One request as it goes on below us, with or without its caller: what is sent, how far it has come, and what ends it.</summary>
internal abstract class SentRequest
{
    private readonly HttpRequestMessage _original;
    private readonly AbandonStrategy _selected;
    private CancellationTokenSource? _inner;

    /// <summary>Also asks the user's selector; what that throws is thrown to the caller.</summary>
    protected SentRequest(Drainer drainer, HttpRequestMessage request)
    {
        Drainer = drainer;
        _original = request;
        _selected = drainer.Options.StrategySelector is { } selector && !TryGetOwn(request, out _) && selector(request) is { } selected
            ? selected
            : drainer.Options.Strategy;

        // The runtime writes to a message that it sends; one that still runs without its caller is not sent twice.
        Message = AbandonedMessages.Find(request) is null ? request : MessageClone.Of(request);
        Scope = Traces.NewScope(Message);
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
    public bool MayBeUploading => Message.Content is not null && Scope.Progress != SendProgress.Sent;

    /// <summary>Whether a header of its answer has been read that acts for the caller. The rest of them may still come.</summary>
    public bool IsActing => Scope.IsActing || ActingAnswers.Contains(Message);

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
            ActingAnswers.Forget(Message);
            Drainer.Origins.For(Message.RequestUri).CountCompleted(response);
        }

        // What a stub or a cache answers with is there already, and its callers may know it as what it is.
        if (response.StatusCode != HttpStatusCode.SwitchingProtocols
            && Message.Method != HttpMethod.Connect
            && response.Content is not (ByteArrayContent or ReadOnlyMemoryContent)
            && ReceivedBody.LengthOf(response.Content) != 0)
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

    private static bool TryGetOwn(HttpRequestMessage request, out AbandonStrategy own) =>
        request.Options.TryGetValue(GracefulHttpRequestMessageExtensions.AbandonStrategyKey, out own);

    private CancellationTokenSource CreateInner()
    {
        Interlocked.CompareExchange(ref _inner, new CancellationTokenSource(), null);
        return _inner;
    }
}
