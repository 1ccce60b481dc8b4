using GracefulHttp.Benchmarks.Counting;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Peer;

/// <summary>One line back. What does not belong to the command is null.</summary>
internal sealed record PeerReply(
    string? Error = null,
    int? Port = null,
    CountingMethod? Method = null,
    WireCounts? Wire = null,
    ServerCounts? Server = null,
    IReadOnlyList<SocketSample>? Samples = null);
