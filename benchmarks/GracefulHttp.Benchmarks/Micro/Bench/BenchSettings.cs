namespace GracefulHttp.Benchmarks.Micro.Bench;

/// <summary>What to measure. Valid: whoever creates it has checked.</summary>
internal sealed record BenchSettings
{
    /// <summary>Which benchmarks, as BenchmarkDotNet's own <c>--filter</c>.</summary>
    public required string Filter { get; init; }

    /// <summary>Whether each benchmark runs only once: that tells whether it works, not what it costs.</summary>
    public required bool IsDry { get; init; }
}
