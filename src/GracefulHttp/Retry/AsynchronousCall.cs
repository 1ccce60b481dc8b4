using GracefulHttp.Background;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace GracefulHttp.Retry;

/// <summary>A call whose attempts may run at the same time. The first acceptable answer wins; who loses is left, and not waited for.</summary>
internal sealed class AsynchronousCall(RetryState state, HttpRequestMessage request, AttemptSender sender) : RetryCall(state, request)
{
    // Content whose reading was cancelled is back within microseconds, unless its author ignores that.
    private static readonly TimeSpan ContentGrace = TimeSpan.FromMilliseconds(100);

    private readonly Race _race = new();
    private readonly ServersWait _serversWait = new(state.TimeProvider);

    // Ends the retries, not the attempts. Linked by hand: nothing of it is left to dispose when a late attempt cancels it.
    private readonly CancellationTokenSource _retrying = new();
    private Task _copying = Task.CompletedTask;
    private RequestBody? _body;
    private CancellationToken _callerToken;

    protected override RequestBody Body => _body!;

    protected override bool HasAnswer => _race.Winner is not null;

    private bool IsSoft => Options.AcceptLateResponses && Body.CanOverlap;

    public async Task<HttpResponseMessage> SendAsync(CancellationToken cancellationToken)
    {
        _callerToken = cancellationToken;
        ResilienceContext context = NewContext(cancellationToken);
        Outcome<HttpResponseMessage> outcome;
        try
        {
            outcome = await State.Pipelines.Total
                .ExecuteOutcomeAsync(static (context, call) => call.RunAsync(context), context, this).ConfigureAwait(false);
            if (!HasAnswer)
            {
                await LeaveAsync(outcome.Exception is not null).ConfigureAwait(false);
            }
        }
        finally
        {
            End(context);
        }

        if (_race.Winner is { } winner && winner.Outcome.Result != outcome.Result)
        {
            // The failure that was kept while this one was waited for.
            outcome.Result?.Dispose();
        }

        return GiveOrThrow(_race.Winner?.Outcome ?? outcome, cancellationToken);
    }

    public override ValueTask OnRetryAsync(OnRetryArguments<HttpResponseMessage> args)
    {
        _race.ForgetFailure();
        return base.OnRetryAsync(args);
    }

    private static Outcome<HttpResponseMessage> Canceled(ResilienceContext context) =>
        Outcome.FromException<HttpResponseMessage>(new OperationCanceledException(context.CancellationToken));

    /// <summary>Copies the body and sends it, all within the total time-out.</summary>
    private async ValueTask<Outcome<HttpResponseMessage>> RunAsync(ResilienceContext total)
    {
        Task<RequestBody> copying = RequestBody.OfAsync(Request.Content, IsBodyAsked, total.CancellationToken);
        _copying = copying;
        _body = await copying.WaitAsync(total.CancellationToken).ConfigureAwait(false);
        return IsSoft
            ? await RaceAsync(total).ConfigureAwait(false)
            : await State.Pipelines.Hard.ExecuteOutcomeAsync(static (context, call) => call.HardAttemptAsync(context), total, this).ConfigureAwait(false);
    }

    /// <summary>Runs the retries until they end or an attempt that is late answers. Then waits for what still runs.</summary>
    private async ValueTask<Outcome<HttpResponseMessage>> RaceAsync(ResilienceContext total)
    {
        using CancellationTokenRegistration leaving = total.CancellationToken.UnsafeRegister(static call => ((AsynchronousCall)call!).LeaveAll(), this);
        ResilienceContext context = NewContext(_retrying.Token);
        Outcome<HttpResponseMessage> outcome = await State.Pipelines.Retry
            .ExecuteOutcomeAsync(static (context, call) => call.SoftAttemptAsync(context), context, this).ConfigureAwait(false);
        RetryAttempt[] running = _race.Running;
        while (running.Length > 0 && !IsFinal && !HasAnswer && !total.CancellationToken.IsCancellationRequested)
        {
            await ((Task)Task.WhenAny(running.Select(static attempt => attempt.Ended))).WaitAsync(total.CancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            running = _race.Running;
        }

        if (running.Length == 0)
        {
            ResilienceContextPool.Shared.Return(context);
        }

        outcome = _race.TakeFailure() ?? outcome;
        if (total.CancellationToken.IsCancellationRequested)
        {
            // Registrations are called last to first: this one may come after we are gone.
            LeaveAll();
            if (outcome.Result != _race.Winner?.Outcome.Result)
            {
                // Not an answer that won in the last moment: it is the caller's.
                outcome.Result?.Dispose();
            }

            return Canceled(total);
        }

        return outcome;
    }

    /// <summary>Its time-out begins the next attempt, and ends nothing.</summary>
    private async ValueTask<Outcome<HttpResponseMessage>> SoftAttemptAsync(ResilienceContext context)
    {
        await _serversWait.WhenOverAsync(context.CancellationToken).ConfigureAwait(false);
        RetryAttempt attempt = Begin(context);
        await attempt.Ended.WaitAsync(Options.AttemptTimeout, State.TimeProvider, context.CancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_race.TryLetRun(attempt))
        {
            // If not already, then any moment.
            await attempt.Ended.ConfigureAwait(false);
            return attempt.IsLost ? Canceled(context) : Settle(attempt);
        }

        return context.CancellationToken.IsCancellationRequested
            ? Canceled(context)
            : Outcome.FromException<HttpResponseMessage>(new TimeoutRejectedException(
                $"No answer within the attempt time-out of {Options.AttemptTimeout}.", Options.AttemptTimeout));
    }

    /// <summary>Its time-out, which is Polly's, ends it.</summary>
    private async ValueTask<Outcome<HttpResponseMessage>> HardAttemptAsync(ResilienceContext context)
    {
        // Not before the attempt that has just been ended lets go of a body that is shared.
        await Body.WhenReturnedAsync().WaitAsync(context.CancellationToken).ConfigureAwait(false);
        using CancellationTokenRegistration leaving = context.CancellationToken.UnsafeRegister(static call => ((AsynchronousCall)call!).LeaveAll(), this);
        RetryAttempt attempt = Begin(context);
        await attempt.Ended.WaitAsync(context.CancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (attempt.Ended.IsCompleted && !attempt.IsLost)
        {
            return Settle(attempt);
        }

        // As above: the registration may not have come to it.
        LeaveAll();
        return Canceled(context);
    }

    private RetryAttempt Begin(ResilienceContext context)
    {
        context.CancellationToken.ThrowIfCancellationRequested();
        RetryAttempt attempt = NextAttempt();
        _race.Begin(attempt);
        attempt.Ended = RunAsync(attempt, context);
        return attempt;
    }

    private async Task RunAsync(RetryAttempt attempt, ResilienceContext context)
    {
        try
        {
            attempt.Outcome = Outcome.FromResult(await sender.SendAsync(attempt.Message, attempt.Token).ConfigureAwait(false));
        }
        catch (Exception e)
        {
            attempt.Outcome = Outcome.FromException<HttpResponseMessage>(e);
        }

        try
        {
            attempt.IsTransient = !attempt.IsAbandoned && !_race.IsDecided
                && await IsTransientAsync(new RetryPredicateArguments<HttpResponseMessage>(context, attempt.Outcome, attempt.Number)).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // The user's predicate: its failure is the caller's.
            attempt.Outcome.Result?.Dispose();
            attempt.Outcome = Outcome.FromException<HttpResponseMessage>(e);
        }

        Finish(attempt);
    }

    private void Finish(RetryAttempt attempt)
    {
        TimeSpan? wait = attempt.IsTransient ? RetryAfter.Of(attempt.Outcome.Result, State.TimeProvider) : null;
        AttemptOutcome outcome = _race.End(attempt, IsBeyondTimeLeft(wait), out HttpResponseMessage? unwanted);
        bool isLateWinner = attempt.IsLate && _race.Winner == attempt;
        if (attempt.IsLate && outcome == AttemptOutcome.Failed && !isLateWinner)
        {
            // Polly has seen a time-out, and not what its server asks for now.
            _serversWait.Add(wait ?? TimeSpan.Zero);
        }

        Record(attempt, outcome);
        unwanted?.Dispose();
        if (isLateWinner)
        {
            // The retries wait for their time, or for another attempt.
            _retrying.Cancel();
        }
    }

    /// <summary>A time-out, or the caller: nothing that runs is waited for any more.</summary>
    private void LeaveAll()
    {
        foreach (RetryAttempt attempt in _race.Running)
        {
            attempt.HasTimedOut |= !attempt.IsAbandoned && !_callerToken.IsCancellationRequested;
            attempt.Abandon(State.Work);
        }

        if (IsSoft)
        {
            _retrying.Cancel();
        }
    }

    /// <summary>Makes sure that nobody uses what is the caller's, nor runs its code inside its <see cref="CancellationTokenSource.Cancel()"/>.</summary>
    private async ValueTask LeaveAsync(bool isFailure)
    {
        if (isFailure && (_body is null || _body.IsTheCallers))
        {
            await Task.WhenAll(_race.Running.Select(static attempt => attempt.Ended).Append(_copying)).WaitAsync(ContentGrace, State.TimeProvider)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (_callerToken.IsCancellationRequested)
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }
    }

    private void End(ResilienceContext context)
    {
        RetryAttempt[] losers = _race.Close();

        // Losers may run for long, and know us.
        _callerToken = default;
        if (losers.Length == 0 && _copying.IsCompleted)
        {
            GiveBack();
            ResilienceContextPool.Shared.Return(context);
        }
        else
        {
            State.Work.Start(new Losers(this, losers));
        }
    }

    /// <summary>Leaves attempts when the caller has its answer, and sees that they end, as a copy of the body that it did not wait for. Whoever ignores that costs the caller nothing.</summary>
    private sealed class Losers(AsynchronousCall call, RetryAttempt[] attempts) : BackgroundJob
    {
        protected override async Task RunAsync()
        {
            Array.ForEach(attempts, attempt => attempt.Abandon(call.State.Work));
            await Task.WhenAll(attempts.Select(static attempt => attempt.Ended).Append(call._copying)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            call.GiveBack();
        }
    }
}
