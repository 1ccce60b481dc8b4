using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Micro.Tail;

/// <summary>What to measure. Valid: whoever creates it has checked.</summary>
internal sealed record TailSettings
{
    public required IReadOnlyList<WireProtocol> Protocols { get; init; }

    /// <summary>Calls of each client.</summary>
    public required int Calls { get; init; }

    /// <summary>Calls that run at the same time.</summary>
    public required int Workers { get; init; }

    /// <summary>The share of slow answers.</summary>
    public required double SlowShare { get; init; }

    /// <summary>How late a slow answer is.</summary>
    public required TimeSpan SlowDelay { get; init; }

    /// <summary>After which the next attempt begins.</summary>
    public required TimeSpan AttemptTimeout { get; init; }
}
