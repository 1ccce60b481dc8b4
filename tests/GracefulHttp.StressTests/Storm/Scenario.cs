namespace GracefulHttp.StressTests.Storm;

/// <summary>One round: its servers, the client's options, and what each of its requests is about. All of it follows from seed and number.</summary>
internal sealed class Scenario
{
    private static readonly OriginPlan[] Everything =
    [
        new(Protocol.Http, IsRough: false),
        new(Protocol.Http, IsRough: true),
        new(Protocol.Http, IsRough: true, Restarts: true),
        new(Protocol.Https, IsRough: false),
        new(Protocol.Https, IsRough: true),
        new(Protocol.Http2, IsRough: false),
        new(Protocol.Http2, IsRough: true),
        new(Protocol.Http2Clear, IsRough: false),
        new(Protocol.Http2Clear, IsRough: true, Restarts: true),
    ];

    // Handshakes and what can only be waited for cost most of the time: a million requests do with less of it.
    private static readonly OriginPlan[] Quick =
    [
        new(Protocol.Http, IsRough: false),
        new(Protocol.Http, IsRough: false),
        new(Protocol.Http, IsRough: false),
        new(Protocol.Http, IsRough: true, Restarts: true),
        new(Protocol.Http2Clear, IsRough: false),
        new(Protocol.Http2Clear, IsRough: false),
        new(Protocol.Http2Clear, IsRough: true, Restarts: true),
    ];

    private const int PeacefulEvery = 3;

    // Above what any server here needs to end its side, below what is waited for the last of the lingers.
    private static readonly TimeSpan PeacefulLinger = TimeSpan.FromSeconds(20);

    private Scenario(int seed, int number, int requests, bool isQuick)
    {
        Seed = seed;
        Number = number;
        IsQuick = isQuick;
        IsPeaceful = number % PeacefulEvery == 0;
        Origins = isQuick ? Quick : Everything;
        BodySizes = isQuick ? [1, 200, 5_000, 40_000] : [1, 200, 5_000, 40_000, 40_000, 300_000];
        UploadSizes = isQuick ? [1, 3_000, 60_000] : [1, 3_000, 60_000, 400_000];
        Random random = Seeds.For(seed, number);
        Options = new GracefulHttpOptions
        {
            Strategy = random.Pick<AbandonStrategy>(
                IsPeaceful
                    ? [AbandonStrategy.Drain, AbandonStrategy.Close]
                    : [AbandonStrategy.Drain, AbandonStrategy.Drain, AbandonStrategy.Close, AbandonStrategy.Abort]),
            DrainTimeout = TimeSpan.FromMilliseconds(random.Pick([5, 50, 300])),
            MaxDrainSize = random.Pick([0, 20_000, 1024 * 1024]),
            MaxConcurrentDrains = random.Pick([0, 8, 1000]),
            LingerTimeout = IsPeaceful ? PeacefulLinger : TimeSpan.FromMilliseconds(random.Pick([100, 500, 2000])),
            MaxLingerSize = IsPeaceful ? int.MaxValue : random.Pick([0, 50_000, 1024 * 1024]),
            MaxLingeringConnections = IsPeaceful ? int.MaxValue : random.Pick([0, 16, 1000]),
            Http2ResetBurst = random.Pick([0, 16]),
        };
        MaxConnectionsPerServer = random.Pick<int>(isQuick ? [16, int.MaxValue] : [3, 16, int.MaxValue]);
        MaxStreams = random.Pick([4, 100]);
        Plans = [.. Enumerable.Range(0, requests).Select(id => Plan.Of(this, id))];
    }

    public int Seed { get; }

    public int Number { get; }

    /// <summary>Whether it is made for the number of its requests: without TLS, and with small bodies.</summary>
    public bool IsQuick { get; }

    /// <summary>
    /// Whether the library has next to no reason for an RST: nobody aborts, lingers have room, and no HTTP/1.1 server writes for ever
    /// without notice of a FIN. In other rounds an RST without a reason might be taken for one of the many that have one.
    /// </summary>
    public bool IsPeaceful { get; }

    public IReadOnlyList<OriginPlan> Origins { get; }

    public GracefulHttpOptions Options { get; }

    public int MaxConnectionsPerServer { get; }

    public IReadOnlyList<int> BodySizes { get; }

    public IReadOnlyList<int> UploadSizes { get; }

    /// <summary>Of one HTTP/2 connection.</summary>
    public int MaxStreams { get; }

    /// <summary>By the id of the request.</summary>
    public IReadOnlyList<Plan> Plans { get; }

    /// <param name="seed">Of the run.</param>
    /// <param name="number">Of the round.</param>
    /// <param name="requests">How many.</param>
    /// <param name="isQuick">See <see cref="IsQuick"/>.</param>
    public static Scenario Of(int seed, int number, int requests, bool isQuick = false) => new(seed, number, requests, isQuick);

    /// <summary>With these variables the storm is this round alone.</summary>
    public string Replay =>
        $"GRACEFULHTTP_STRESS_SEED={Seed} GRACEFULHTTP_STRESS_ROUND={Number}{(IsQuick ? " GRACEFULHTTP_STRESS_ABANDONED=1" : "")}";

    public override string ToString() =>
        $"{Replay}{(IsPeaceful ? ", peaceful" : "")}: {Options.Strategy}, drains {Options.MaxConcurrentDrains} × {Options.DrainTimeout.TotalMilliseconds} ms × {Options.MaxDrainSize} B, "
        + $"lingers {Options.MaxLingeringConnections} × {Options.LingerTimeout.TotalMilliseconds} ms × {Options.MaxLingerSize} B, "
        + $"resets {Options.Http2ResetBurst}, connections {MaxConnectionsPerServer}, streams {MaxStreams}";
}
