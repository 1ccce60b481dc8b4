using GracefulHttp.Benchmarks.Counting;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Compare;

/// <summary>What was measured for one strategy in one cell at one time. <see langword="null"/> is what could not be known.</summary>
internal sealed record CompareRound
{
    public required CountingMethod Method { get; init; }

    public required WorkTally Work { get; init; }

    public required WireCounts Wire { get; init; }

    public required ServerCounts? Server { get; init; }

    public required IReadOnlyList<SocketSample> Samples { get; init; }

    public required double OkPerSecond { get; init; }

    public required long? ConnectionsOpened { get; init; }

    public required double? CpuMicrosecondsPerOk { get; init; }

    /// <summary>Whether everything the strategy left behind had ended when it was counted.</summary>
    public required bool EndedInTime { get; init; }

    /// <summary>A slow request is either abandoned, or answered and then certainly completed.</summary>
    public long? ServerCompletedAbandoned => Server is null ? null : Math.Max(0, Server.SlowCompleted - Work.AnsweredInTime);

    public OracleCounts Oracles => Wire.Oracles(Server?.ConnectionsReset);
}
