using GracefulHttp.Abandonment;

namespace GracefulHttp.Diagnostics;

/// <summary>How an abandoned request has ended.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Duration">Since its caller left.</param>
/// <param name="Discarded">How many bytes of its body were thrown away.</param>
/// <param name="WasDrained">Whether it was drained for a while, however that ended.</param>
/// <param name="Version">That of its answer, where one came.</param>
/// <param name="Unsent">What it was kept from sending.</param>
/// <param name="ResetStream">Whether its HTTP/2 stream was reset.</param>
/// <param name="Failure">Why it failed by itself.</param>
internal readonly record struct AbandonEnd(
    AbandonOutcome Outcome,
    TimeSpan Duration,
    long Discarded,
    bool WasDrained,
    Version? Version,
    UnsentReason Unsent,
    bool ResetStream,
    Exception? Failure);
