namespace GracefulHttp.Benchmarks.Reporting;

/// <summary>Where and how the rows were measured.</summary>
internal sealed record JsonEnvironment(
    string Machine,
    string Cpu,
    int Cores,
    double MemoryGib,
    string Os,
    string Kernel,
    string Runtime,
    DateTimeOffset Date,
    int Workers,
    double Abandon,
    double TimeoutMs,
    double SlowDelayMs,
    double SecondsPerRound,
    int Rounds,
    double? RequestsPerSecond,
    double RoundTripMs,
    double? BitsPerSecond,
    string? Target,
    string? SlowUrl,
    string? Counting);
