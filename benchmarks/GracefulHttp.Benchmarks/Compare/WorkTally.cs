namespace GracefulHttp.Benchmarks.Compare;

/// <summary>What one worker, or all of them, did in one row.</summary>
internal sealed class WorkTally
{
    /// <summary>Useful requests answered right, before the measurement ended.</summary>
    public long Ok { get; set; }

    /// <summary>Useful requests answered right that were under way when it ended; they cost, but do not count for the rate.</summary>
    public long OkLate { get; set; }

    /// <summary>Requests whose caller left.</summary>
    public long Abandoned { get; set; }

    /// <summary>Slow requests that were answered before their caller left.</summary>
    public long AnsweredInTime { get; set; }

    /// <summary>Requests that failed for any other reason.</summary>
    public long Failed { get; set; }

    /// <summary>What the first failure said.</summary>
    public string? FirstFailure { get; set; }

    public LatencyHistogram OkLatency { get; } = new();

    /// <summary>From the cancellation to the exception in the caller's hands.</summary>
    public LatencyHistogram CancelLatency { get; } = new();

    public void Fail(string why)
    {
        Failed++;
        FirstFailure ??= why;
    }

    public void Add(WorkTally other)
    {
        Ok += other.Ok;
        OkLate += other.OkLate;
        Abandoned += other.Abandoned;
        AnsweredInTime += other.AnsweredInTime;
        Failed += other.Failed;
        FirstFailure ??= other.FirstFailure;
        OkLatency.Add(other.OkLatency);
        CancelLatency.Add(other.CancelLatency);
    }
}
