namespace GracefulHttp.Benchmarks.Micro.Overhead;

/// <summary>What a request costs with one handler. Bytes, time and CPU are those of the client process.</summary>
/// <param name="Handler">Which handler.</param>
/// <param name="Bytes">Managed bytes allocated per request, the median of the rounds.</param>
/// <param name="MeanBytes">The mean of the rounds, with whatever else was allocated meanwhile.</param>
/// <param name="Microseconds">Time per request, the median of the rounds.</param>
/// <param name="CpuMicroseconds">CPU time per request, the median of the rounds.</param>
/// <param name="TimeRatio">Time against the bare handler's of the same round.</param>
/// <param name="CpuRatio">CPU time against the bare handler's of the same round.</param>
internal sealed record HandlerCost(
    MeasuredHandler Handler,
    double Bytes,
    double MeanBytes,
    double Microseconds,
    double CpuMicroseconds,
    Spread TimeRatio,
    Spread CpuRatio);
