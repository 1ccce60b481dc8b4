using GracefulHttp.Benchmarks.Relay;

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

    /// <summary>How long is measured, per round of a row.</summary>
    public required TimeSpan MeasuredTime { get; init; }

    /// <summary>How often every strategy has its turn in a cell.</summary>
    public required int Rounds { get; init; }

    /// <summary>Requests per second whatever becomes of those before; null for a closed loop of <see cref="Workers"/>.</summary>
    public double? Rate { get; init; }

    /// <summary>The network between client and server.</summary>
    public LinkSettings Link { get; init; } = LinkSettings.None;

    public FileInfo? Json { get; init; }

    public FileInfo? Html { get; init; }

    public FileInfo? Markdown { get; init; }

    public FileInfo? Svg { get; init; }

    /// <summary>The user's own server; null for the embedded ones.</summary>
    public Uri? Target { get; init; }

    /// <summary>Whether <see cref="Target"/> is <c>serve</c>, which tells its counts.</summary>
    public bool IsServed { get; init; }

    /// <summary>Where the user's server answers late; may contain <c>{ms}</c> and <c>{phase}</c>.</summary>
    public string? SlowUrl { get; init; }

    /// <summary>How many rounds there are in all.</summary>
    public int Turns => Cells.Sum(cell => StrategiesIn(cell).Count) * Rounds;

    /// <summary>How long a caller waits in all.</summary>
    /// <remarks>
    /// With a network between, a request on a new connection needs up to four round trips (TCP, TLS, HTTP/2 or TLS 1.2, itself) to get
    /// where it is to be abandoned.
    /// </remarks>
    public TimeSpan LeaveAfter => Timeout + Arrival;

    /// <summary>How late a slow answer is asked for: 100 ms after its caller has left.</summary>
    /// <remarks>
    /// Late enough that a busy machine does not answer before the timer has fired, and early enough that a drain is over long
    /// before its default time-out of 2 s: the strategies are compared on how they work, not on how they give up.
    /// </remarks>
    public TimeSpan SlowDelay => LeaveAfter + TimeSpan.FromMilliseconds(100);

    /// <summary>How long the clients wait.</summary>
    public ClientTimes ClientTimes => new(LeaveAfter, Arrival);

    /// <summary>Before each round, so that the pool has its connections: a few times as long as a slow answer takes.</summary>
    public TimeSpan WarmUpTime => TimeSpan.FromMilliseconds(230) + (LeaveAfter * 6);

    /// <summary>What a request may need to get somewhere, with a network between: see <see cref="LeaveAfter"/>.</summary>
    public TimeSpan Arrival => 4 * Link.RoundTrip;

    public IReadOnlyList<CompareStrategy> StrategiesIn(Cell cell) => [.. Strategies.Where(strategy => strategy.IsFor(cell.Phase))];
}
