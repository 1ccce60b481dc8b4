using Polly;

namespace GracefulHttp.Retry;

/// <summary>The attempts of one call that run at the same time: which of them wins, and which failure is kept while none has.</summary>
internal sealed class Race
{
    private readonly Lock _lock = new();
    private readonly List<RetryAttempt> _running = [];
    private RetryAttempt? _winner;
    private Outcome<HttpResponseMessage>? _failure;
    private bool _keepsFailures;
    private bool _isOver;

    /// <summary>Whose answer is the caller's.</summary>
    public RetryAttempt? Winner => Volatile.Read(ref _winner);

    /// <summary>Whether whoever ends now has lost.</summary>
    public bool IsDecided => Volatile.Read(ref _isOver) || Winner is not null;

    public RetryAttempt[] Running
    {
        get
        {
            lock (_lock)
            {
                return [.. _running];
            }
        }
    }

    public void Begin(RetryAttempt attempt)
    {
        lock (_lock)
        {
            _running.Add(attempt);
        }
    }

    /// <summary>Its time-out has passed: it goes on, and is late from now on. False where it has ended in the last moment.</summary>
    public bool TryLetRun(RetryAttempt attempt)
    {
        lock (_lock)
        {
            attempt.IsLate = _running.Contains(attempt);

            // Already while it is decided whether another one follows: a time-out tells less than what may still come.
            _keepsFailures |= attempt.IsLate;
            return attempt.IsLate;
        }
    }

    /// <summary>What becomes of an attempt that has ended: the caller's answer, a failure that Polly sees, or nothing.</summary>
    /// <param name="attempt">It has its outcome.</param>
    /// <param name="isFinal">Whether it is the caller's answer, though it is a failure: Polly, which has seen the time-out of a late one, would not know.</param>
    /// <param name="unwanted">What the caller must dispose.</param>
    public AttemptOutcome End(RetryAttempt attempt, bool isFinal, out HttpResponseMessage? unwanted)
    {
        unwanted = null;
        lock (_lock)
        {
            _running.Remove(attempt);
            attempt.IsLost = _isOver || _winner is not null || attempt.IsAbandoned;
            if (attempt.IsLost)
            {
                unwanted = attempt.Outcome.Result;
                return attempt.HasTimedOut ? AttemptOutcome.TimedOut : AttemptOutcome.Abandoned;
            }

            if (!attempt.IsTransient)
            {
                _winner = attempt;
                return attempt.IsLate ? AttemptOutcome.AnsweredLate : AttemptOutcome.Answered;
            }

            if (attempt.IsLate && isFinal)
            {
                _winner = attempt;
            }
            else if (attempt.IsLate)
            {
                unwanted = _keepsFailures ? _failure?.Result : attempt.Outcome.Result;
                _failure = _keepsFailures ? attempt.Outcome : _failure;
            }

            return AttemptOutcome.Failed;
        }
    }

    /// <summary>Another attempt follows, and tells more than a failure before it.</summary>
    public void ForgetFailure()
    {
        Outcome<HttpResponseMessage>? failure;
        lock (_lock)
        {
            _keepsFailures = false;
            failure = _failure;
            _failure = null;
        }

        failure?.Result?.Dispose();
    }

    /// <summary>The last failure that was kept. It is the caller's.</summary>
    public Outcome<HttpResponseMessage>? TakeFailure()
    {
        lock (_lock)
        {
            Outcome<HttpResponseMessage>? failure = _failure;
            _failure = null;
            return failure;
        }
    }

    /// <summary>The call is over.</summary>
    /// <returns>Those that still run, and have lost.</returns>
    public RetryAttempt[] Close()
    {
        lock (_lock)
        {
            _isOver = true;
        }

        // Not taken where the user's predicate has thrown.
        ForgetFailure();
        return Running;
    }
}
