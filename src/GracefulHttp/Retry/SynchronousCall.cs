using Polly;
using Polly.Retry;

namespace GracefulHttp.Retry;

/// <summary>A call on its caller's thread: one attempt after the other, each ended by its time-out, for a blocked thread cannot begin the next.</summary>
internal sealed class SynchronousCall : RetryCall
{
    private readonly AttemptSender _sender;
    private readonly CancellationToken _callerToken;
    private RequestBody? _body;

    public SynchronousCall(RetryState state, HttpRequestMessage request, AttemptSender sender, CancellationToken cancellationToken)
        : base(state, request)
    {
        _sender = sender;
        _callerToken = cancellationToken;
    }

    protected override RequestBody Body => _body!;

    protected override bool HasAnswer => false;

    public HttpResponseMessage Send()
    {
        ResilienceContext context = NewContext(_callerToken);
        Outcome<HttpResponseMessage> outcome;
        try
        {
            outcome = Outcome.FromResult(State.Pipelines.Total.Execute(static (context, call) => call.Run(context), context, this));
        }
        catch (Exception e)
        {
            outcome = Outcome.FromException<HttpResponseMessage>(e);
        }
        finally
        {
            GiveBack();
            ResilienceContextPool.Shared.Return(context);
        }

        return GiveOrThrow(outcome, _callerToken);
    }

    /// <summary>Copies the body and sends it, all within the total time-out.</summary>
    private HttpResponseMessage Run(ResilienceContext total)
    {
        _body = RequestBody.Of(Request.Content, IsBodyAsked, total.CancellationToken);
        return State.Pipelines.Hard.Execute(static (context, call) => call.SendOnce(context), total, this);
    }

    private HttpResponseMessage SendOnce(ResilienceContext context)
    {
        RetryAttempt attempt = NextAttempt();
        try
        {
            attempt.Outcome = Outcome.FromResult(_sender.Send(attempt.Message, context.CancellationToken));
        }
        catch (Exception e)
        {
            attempt.Outcome = Outcome.FromException<HttpResponseMessage>(e);
        }

        if (attempt.Outcome.Exception is OperationCanceledException && context.CancellationToken.IsCancellationRequested)
        {
            Record(attempt, _callerToken.IsCancellationRequested ? AttemptOutcome.Abandoned : AttemptOutcome.TimedOut);
        }
        else
        {
            try
            {
                ValueTask<bool> transient = IsTransientAsync(new RetryPredicateArguments<HttpResponseMessage>(context, attempt.Outcome, attempt.Number));
                attempt.IsTransient = transient.IsCompleted ? transient.GetAwaiter().GetResult() : transient.AsTask().GetAwaiter().GetResult();
            }
            catch (Exception e)
            {
                // The user's predicate: its failure is the caller's.
                attempt.Outcome.Result?.Dispose();
                attempt.Outcome = Outcome.FromException<HttpResponseMessage>(e);
            }

            Record(attempt, attempt.IsTransient ? AttemptOutcome.Failed : AttemptOutcome.Answered);
            Settle(attempt);
        }

        attempt.Outcome.ThrowIfException();
        return attempt.Outcome.Result!;
    }
}
