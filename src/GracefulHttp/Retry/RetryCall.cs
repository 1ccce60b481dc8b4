using System.Runtime.ExceptionServices;
using GracefulHttp.Abandonment;
using Polly;
using Polly.Retry;

namespace GracefulHttp.Retry;

/// <summary>One call of a user's: what is sent for it, and whether once more.</summary>
internal abstract class RetryCall
{
    private readonly RetryBudget _budget;
    private readonly List<HttpRequestMessage> _attempts = [];
    private readonly long _startedAt;
    private readonly bool _mayRepeat;
    private RetryAttempt? _settled;
    private TimeSpan? _retryAfter;
    private int _tokens;

    protected RetryCall(RetryState state, HttpRequestMessage request)
    {
        State = state;
        Options = state.Options.Value;
        Request = request;
        _startedAt = state.TimeProvider.GetTimestamp();
        _mayRepeat = Options.RetryNonIdempotentMethods || Idempotency.Has(request);
        _budget = state.Budgets.For(request.RequestUri);
        _budget.CountRequest();
    }

    protected RetryState State { get; }

    protected GracefulRetryOptions Options { get; }

    /// <summary>The caller's message. It is read when an attempt begins, and written to when its answer is given to the caller.</summary>
    protected HttpRequestMessage Request { get; }

    /// <summary>Whether anybody wants to send the body again.</summary>
    protected bool IsBodyAsked => _mayRepeat && Options.MaxRetryAttempts > 0;

    protected abstract RequestBody Body { get; }

    /// <summary>Whether the server has asked for a longer wait than there is time: its answer is the caller's, at once.</summary>
    protected bool IsFinal { get; private set; }

    /// <summary>Whether there is nothing to retry for.</summary>
    protected abstract bool HasAnswer { get; }

    protected ResilienceContext NewContext(CancellationToken cancellationToken)
    {
        ResilienceContext context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, cancellationToken);
        context.Properties.Set(RetryPipelines.CallKey, this);
        return context;
    }

    public static RetryCall Of(ResilienceContext context) => context.Properties.GetValue(RetryPipelines.CallKey, null!);

    /// <summary>Whether another attempt follows on this one. It has its token of the budget then.</summary>
    public async ValueTask<bool> ShallRetryAsync(RetryPredicateArguments<HttpResponseMessage> args)
    {
        RetryAttempt? settled = _settled;
        _settled = null;
        if (HasAnswer || args.Context.CancellationToken.IsCancellationRequested
            || !(settled?.IsTransient ?? await IsTransientAsync(args).ConfigureAwait(false)))
        {
            return false;
        }

        _retryAfter = RetryAfter.Of(args.Outcome.Result, State.TimeProvider);
        if (IsBeyondTimeLeft(_retryAfter))
        {
            IsFinal = true;
            return false;
        }

        if (args.AttemptNumber >= Options.MaxRetryAttempts || !_mayRepeat || !Body.CanRepeat)
        {
            return false;
        }

        if (!_budget.TryTake())
        {
            State.RecordRefusal(Request, args.AttemptNumber);
            return false;
        }

        _tokens++;
        return true;
    }

    /// <summary>What the server asks for, or else the backoff.</summary>
    public ValueTask<TimeSpan?> GetDelayAsync(int attempt) =>
        new(_retryAfter ?? Backoff.After(Options, attempt, Random.Shared.NextDouble()));

    /// <summary>The attempt is over, and another one follows.</summary>
    public virtual ValueTask OnRetryAsync(OnRetryArguments<HttpResponseMessage> args)
    {
        State.RecordRetry(
            args.AttemptNumber, args.RetryDelay, args.Outcome.Exception?.GetType().Name ?? $"{(int)args.Outcome.Result!.StatusCode}");
        return default;
    }

    /// <summary>Whether a server asks for a longer wait than there is time.</summary>
    protected bool IsBeyondTimeLeft(TimeSpan? retryAfter) =>
        retryAfter >= Options.TotalRequestTimeout - State.TimeProvider.GetElapsedTime(_startedAt);

    protected RetryAttempt NextAttempt()
    {
        HttpRequestMessage message = MessageClone.Of(Request);
        message.Content = Body.Create();
        var attempt = new RetryAttempt(_attempts.Count, message);
        _attempts.Add(message);
        return attempt;
    }

    /// <summary>The attempt has ended by itself: what came of it is what Polly sees next.</summary>
    protected Outcome<HttpResponseMessage> Settle(RetryAttempt attempt)
    {
        _settled = attempt;
        return attempt.Outcome;
    }

    protected ValueTask<bool> IsTransientAsync(RetryPredicateArguments<HttpResponseMessage> args) =>
        Options.ShouldHandle is { } shouldHandle ? shouldHandle(args) : new(TransientFailure.IsOne(args.Outcome));

    protected void Record(RetryAttempt attempt, AttemptOutcome outcome) => State.Record(attempt, outcome);

    protected HttpResponseMessage GiveOrThrow(Outcome<HttpResponseMessage> outcome, CancellationToken callerToken)
    {
        if (outcome.Exception is not { } e)
        {
            return Give(outcome.Result);
        }

        if (e is OperationCanceledException && callerToken.IsCancellationRequested)
        {
            throw new TaskCanceledException(e.Message, e.InnerException, callerToken);
        }

        ExceptionDispatchInfo.Throw(e);
        throw e;
    }

    /// <summary>The call is over, and so are its attempts, but for those that are drained.</summary>
    protected void GiveBack()
    {
        if (_tokens != 0)
        {
            _budget.GiveBack(_tokens, _attempts);
        }
    }

    /// <summary>The answer as the plain client gives it: with the caller's message, which says where it came from.</summary>
    private HttpResponseMessage Give(HttpResponseMessage? response)
    {
        HttpRequestMessage? sent = response?.RequestMessage;
        if (sent is not null && _attempts.Contains(sent))
        {
            Request.RequestUri = sent.RequestUri;
            Request.Method = sent.Method;
            if (sent.Content is null)
            {
                // A redirect has made it a GET.
                Request.Content = null;
            }

            response!.RequestMessage = Request;
        }

        return response!;
    }
}
