namespace GracefulHttp.Benchmarks.Micro.Storm;

/// <summary>What to measure. Valid: whoever creates it has checked.</summary>
internal sealed record StormSettings
{
    /// <summary>How often every client has its turns: one without the storm, one beside it.</summary>
    public required int Rounds { get; init; }

    /// <summary>How long a turn takes.</summary>
    public required TimeSpan TurnTime { get; init; }

    /// <summary>Requests a second that are abandoned in the storm.</summary>
    public required int CancelsPerSecond { get; init; }

    /// <summary>Requests a second that are not abandoned.</summary>
    public required int LivePerSecond { get; init; }

    /// <summary>How long a caller of the storm waits before it leaves.</summary>
    public static TimeSpan CallerTimeout { get; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How long the server works on a request of the storm, whether or not its caller has left.</summary>
    public static TimeSpan WorkTime { get; } = TimeSpan.FromSeconds(1);
}
