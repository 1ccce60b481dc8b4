using GracefulHttp.Diagnostics;

namespace GracefulHttp.Abandonment;

/// <summary>How an abandoned request ends: its rung, what it takes of the budgets for that, and its outcome, which is decided once.</summary>
internal sealed class AbandonDecision
{
    private readonly SentRequest _request;
    private readonly ReceivedBody? _body;
    private readonly OriginBudget _origin;
    private readonly AbandonStrategy _strategy;
    private readonly Rung _rung;
    private readonly bool _mayStillAct;
    private readonly DrainPermit _permit;
    private readonly AbandonReport _report;
    private AbandonOutcome? _refusal;
    private int _outcome;

    /// <param name="request">The request.</param>
    /// <param name="body">What its caller was reading; null while it waited for the headers.</param>
    /// <param name="report">Knows what it was on, and is told of its drain.</param>
    public AbandonDecision(SentRequest request, ReceivedBody? body, AbandonReport report)
    {
        _request = request;
        _body = body;
        _report = report;
        Drainer drainer = request.Drainer;
        _origin = drainer.Origins.For(request.Message.RequestUri);

        // Read now: the message is its caller's again in a moment.
        _strategy = request.Strategy;
        SendProgress progress = request.Scope.Progress;
        _rung = body is null
            ? Ladder.ForHeaders(_strategy, request.Message, progress, drainer.Inner)
            : Ladder.ForBody(_strategy, request.Message, body, progress);
        _mayStillAct = body is null
            && (drainer.Inner is { ActsUnhindered: true } or { IsForeign: true }
                || (progress == SendProgress.NotSeen && drainer.Inner.TellsProgress));
        _permit = new DrainPermit(drainer.Drains, _rung == Rung.Drain ? drainer.Origins.For(drainer.Inner.PoolOf(request.Message.RequestUri)) : null);
    }

    public AbandonOutcome Outcome => (AbandonOutcome)Volatile.Read(ref _outcome);

    /// <summary>Whether it is being ended, rather than waited for.</summary>
    public bool IsMade => Outcome != AbandonOutcome.None;

    public bool IsStream => _rung is Rung.DrainStream or Rung.CloseStream or Rung.ResetUnknown or Rung.Reset;

    /// <summary>Whether it may be answered without its caller.</summary>
    public bool MayBeLetRun => _rung is Rung.Drain or Rung.DrainStream or Rung.CloseStream or Rung.ResetUnknown;

    private GracefulHttpOptions Options => _request.Drainer.Options;

    /// <summary>
    /// Ends what must have ended before the caller is let go: what has not been sent, for the connection that it waits for may
    /// come the next moment; what may still be uploaded, for the caller may dispose it; what has begun to act for the caller, or
    /// cannot be kept from it. A connection only where that is so: one that is stuck in its end holds neither caller nor canceller.
    /// </summary>
    public void EndAtOnce(bool isActing)
    {
        if (isActing)
        {
            StopActing();
        }

        switch (_rung)
        {
            case Rung.Unsend:
                HandDown(AbandonOutcome.NotSent);
                break;
            case Rung.Abort when _body is not null || _mayStillAct:
                EndUnasked(AbandonOutcome.Aborted);
                break;
            case Rung.Reset:
                End(AbandonOutcome.Closed);
                break;
            case Rung.Close when _mayStillAct:
                EndUnasked(AbandonOutcome.Closed);
                break;
            case Rung.ResetUnknown when !IsMade && _origin.TryReset():
                HandDown(AbandonOutcome.Closed);
                break;
            case Rung.Drain or Rung.DrainStream when !IsMade && !_request.InnerToken.IsCancellationRequested:
                // In the order in which callers leave: the newest drain is refused, and a caller that is let go finds its own begun.
                _refusal = TryTakeDrain();
                if (IsMade)
                {
                    ReleaseDrain();
                }

                break;
        }

        if (IsMade && _body is { IsStream: true })
        {
            // Resets it. No token of ours reaches an upload that was sent without one; its stream ends it in any case.
            try
            {
                _body.Dispose();
            }
            catch (Exception e)
            {
                // A content of a handler's that cannot be disposed: not to the caller who leaves, and who is still to be let go.
                _request.Drainer.Report(e);
            }
        }
    }

    /// <summary>The answer would redirect, authenticate or leave a cookie: it ends here, also while its headers are being read.</summary>
    public void StopActing() => End(_strategy == AbandonStrategy.Abort ? AbandonOutcome.Aborted : AbandonOutcome.WouldAct);

    /// <summary>Takes the rung. False where the answer is waited for, until the drain timeout.</summary>
    public bool EndsByItsRung()
    {
        if (IsMade)
        {
            return true;
        }

        switch (_rung)
        {
            case Rung.Abort:
                return EndUnasked(AbandonOutcome.Aborted);
            case Rung.Close:
                return EndUnasked(AbandonOutcome.Closed);
            case Rung.CloseStream or Rung.ResetUnknown when _origin.TryReset():
                return HandDown(AbandonOutcome.Closed);
            case Rung.ResetUnknown:
                return false;
        }

        if (_request.InnerToken.IsCancellationRequested)
        {
            // Its caller left in the middle of what could only be ended with its connection.
            return End(AbandonOutcome.Closed);
        }

        AbandonOutcome refusal = _refusal ?? TryTakeDrain();
        if (refusal == AbandonOutcome.None)
        {
            _report.DrainBegan();
        }

        return refusal != AbandonOutcome.None && (!IsStream || _origin.TryReset()) && HandDown(refusal);
    }

    /// <summary>Ends what was waited for, and gives its drain back: a handler that ignores its token shall not keep that too.</summary>
    public bool End(AbandonOutcome outcome)
    {
        if (!EndUnasked(outcome))
        {
            return false;
        }

        ReleaseDrain();
        return true;
    }

    /// <summary>The answer has been read to its end. Its connection is back in the pool: whoever gets it next finds a drain free too.</summary>
    /// <param name="answer">The answer, where nobody has counted it yet.</param>
    public void Drained(HttpResponseMessage? answer)
    {
        ReleaseDrain();
        TryDecide(AbandonOutcome.Drained);
        if (answer is not null)
        {
            _origin.CountCompleted(answer);
        }
    }

    /// <summary>Whether it may be ended now in the middle of its body; counts the reset of a stream.</summary>
    public bool MayEndNow() => !IsStream || IsMade || _origin.TryReset();

    public bool TryDecide(AbandonOutcome outcome) =>
        Interlocked.CompareExchange(ref _outcome, (int)outcome, (int)AbandonOutcome.None) == (int)AbandonOutcome.None;

    /// <summary>At any time, any number of times; the last time when nothing of it runs any more.</summary>
    public void ReleaseDrain()
    {
        _permit.Release();
        _report.DrainEnded();
    }

    /// <summary><see cref="AbandonOutcome.None"/>, or why it may not be drained.</summary>
    private AbandonOutcome TryTakeDrain()
    {
        if (_body is not null && _body.KnownRemainder > Options.MaxDrainSize)
        {
            return AbandonOutcome.DrainSize;
        }

        return _permit.TryTake() ? AbandonOutcome.None : AbandonOutcome.DrainRefused;
    }

    /// <summary>Ends it whatever the budget says; that it resets a stream, where it does, is known to the next one that asks.</summary>
    private bool EndUnasked(AbandonOutcome outcome)
    {
        if (!HandDown(outcome))
        {
            return false;
        }

        if (IsStream || _report.IsOnStream)
        {
            _origin.CountReset();
        }

        return true;
    }

    private bool HandDown(AbandonOutcome outcome)
    {
        if (!TryDecide(outcome))
        {
            return false;
        }

        _request.HandDown();
        return true;
    }
}
