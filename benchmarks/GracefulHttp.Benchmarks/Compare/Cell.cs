using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Compare;

/// <summary>What the strategies are compared on.</summary>
/// <param name="Protocol">What is spoken.</param>
/// <param name="Server">The embedded server; null for the user's own.</param>
/// <param name="Phase">Where requests are abandoned.</param>
internal sealed record Cell(WireProtocol Protocol, ServerKind? Server, RequestPhase Phase);
