namespace GracefulHttp.Benchmarks.Compare;

/// <summary>What to compare. Valid: whoever creates it has checked.</summary>
internal sealed record CompareSettings
{
    public required IReadOnlyList<CompareStrategy> Strategies { get; init; }

    public required IReadOnlyList<Cell> Cells { get; init; }

    /// <summary>Callers that send one request after the other.</summary>
    public required int Workers { get; init; }

    /// <summary>The share of the requests that is slow and abandoned, 0 to 1.</summary>
    public required double Abandon { get; init; }

    /// <summary>How long a caller waits for a slow answer before it leaves.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>How long a row takes: warm-up, measurement and settling.</summary>
    public required TimeSpan RowTime { get; init; }

    public FileInfo? Json { get; init; }

    /// <summary>The user's own server; null for the embedded ones.</summary>
    public Uri? Target { get; init; }

    /// <summary>Where the user's server answers late; may contain <c>{ms}</c> and <c>{phase}</c>.</summary>
    public string? SlowUrl { get; init; }

    /// <summary>How late a slow answer is asked for: 100 ms after its caller has left.</summary>
    /// <remarks>
    /// Late enough that a busy machine does not answer before the timer has fired, and early enough that a drain is over long
    /// before its default time-out of 2 s: the strategies are compared on how they work, not on how they give up.
    /// </remarks>
    public TimeSpan SlowDelay => Timeout + TimeSpan.FromMilliseconds(100);

    /// <summary>Before the measurement, so that the pool has its connections: a few times as long as a slow answer takes by default.</summary>
    public static TimeSpan WarmUpTime { get; } = TimeSpan.FromMilliseconds(350);

    /// <summary>What the warm-up leaves of the row, and as much again for late answers to come in.</summary>
    public TimeSpan MeasuredTime => RowTime - (2 * WarmUpTime);
}
