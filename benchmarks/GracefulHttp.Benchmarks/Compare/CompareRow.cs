using GracefulHttp.Benchmarks.Counting;

namespace GracefulHttp.Benchmarks.Compare;

/// <summary>What was measured for one strategy in one cell. <see langword="null"/> is what could not be known.</summary>
internal sealed record CompareRow
{
    public required Cell Cell { get; init; }

    public required CompareStrategy Strategy { get; init; }

    public required CountingMethod Method { get; init; }

    public required double OkPerSecond { get; init; }

    public required long Abandoned { get; init; }

    public required long? ResetsSent { get; init; }

    public required long? ResetsFromServer { get; init; }

    public required long? StreamResets { get; init; }

    public required long Failed { get; init; }

    public required string? FirstFailure { get; init; }

    public required long? ConnectionsOpened { get; init; }

    public required long? TimeWait { get; init; }

    public required long? ServerCompletedAbandoned { get; init; }

    public required double? OkP50Ms { get; init; }

    public required double? OkP99Ms { get; init; }

    public required double? CancelP99Ms { get; init; }

    public required double? CpuMicrosecondsPerOk { get; init; }

    /// <summary>Why the segments of this row could not be counted, if so.</summary>
    public required string? CountingProblem { get; init; }

    /// <summary>Whether everything the strategy left behind had ended when it was counted.</summary>
    public required bool EndedInTime { get; init; }

    /// <summary>Whether the server resets connections because of the strategy, and not one now and then for reasons of its own.</summary>
    public bool IsAnsweredWithResets => ResetsFromServer > Math.Max(10, 0.02 * Abandoned);

    public double? ResetsPerThousand => ResetsSent is { } resets && Abandoned > 0 ? resets * 1000.0 / Abandoned : null;
}
