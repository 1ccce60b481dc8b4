namespace GracefulHttp.Benchmarks.Compare;

/// <summary>What the callers of a measurement did. They all write to it.</summary>
internal sealed class WorkTally
{
    private readonly Lock _gate = new();

    /// <summary>Useful requests answered right, before the measurement ended.</summary>
    public long Ok { get; private set; }

    /// <summary>Useful requests answered right that were under way when it ended; they cost, but do not count for the rate.</summary>
    public long OkLate { get; private set; }

    /// <summary>
    /// Requests whose caller left, or took the answer of another; for <see cref="RequestPhase.IdleClose"/> connections closed while idle.
    /// </summary>
    public long Abandoned { get; private set; }

    /// <summary>Slow requests that were answered before their caller left.</summary>
    public long AnsweredInTime { get; private set; }

    /// <summary>Requests that failed for any other reason.</summary>
    public long Failed { get; private set; }

    /// <summary>What the first failure said: perhaps what a server sent in the place of HTTP, made printable.</summary>
    public string? FirstFailure { get; private set; }

    /// <summary>Of useful requests, from when they were to be sent; of those that failed, how long their callers waited.</summary>
    /// <remarks>Without those a server that stalls until its callers' time is up would look as quick as before.</remarks>
    public LatencyHistogram OkLatency { get; } = new();

    /// <summary>From the cancellation to the exception in the caller's hands.</summary>
    public LatencyHistogram CancelLatency { get; } = new();

    public void Answer(long stopwatchTicks, bool inTime)
    {
        lock (_gate)
        {
            OkLatency.Record(stopwatchTicks);
            _ = inTime ? Ok++ : OkLate++;
        }
    }

    public void AnswerInTime()
    {
        lock (_gate)
        {
            AnsweredInTime++;
        }
    }

    public void Abandon(long cancelStopwatchTicks)
    {
        lock (_gate)
        {
            CancelLatency.Record(cancelStopwatchTicks);
            Abandoned++;
        }
    }

    /// <summary>Where nobody waited for an exception.</summary>
    public void AbandonUntimed()
    {
        lock (_gate)
        {
            Abandoned++;
        }
    }

    public void Fail(string why)
    {
        lock (_gate)
        {
            Failed++;
            FirstFailure ??= PrintableText.Escape(why);
        }
    }

    /// <summary>A request that was to be sent, and was not because others were still in its way.</summary>
    public void FailUnsent() => Fail("not sent: the client was still busy with earlier ones when the measurement ended");

    /// <summary>How long a useful request took to fail.</summary>
    public void WaitInVain(long waitedStopwatchTicks)
    {
        lock (_gate)
        {
            OkLatency.Record(waitedStopwatchTicks);
        }
    }
}
