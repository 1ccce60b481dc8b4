using GracefulHttp.Benchmarks.Counting;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Peer;

/// <summary>One line from the measuring process to its peer.</summary>
/// <param name="Command">What to do.</param>
/// <param name="Port">The server's port; not for <see cref="PeerCommand.Open"/>.</param>
/// <param name="Server">Which server to open.</param>
/// <param name="Protocol">What it speaks.</param>
/// <param name="Sight">What a raw socket here sees.</param>
/// <param name="RoundTripMs">The round trip through a relay before the server; 0 with <paramref name="BitsPerSecond"/> null for no relay.</param>
/// <param name="BitsPerSecond">What that relay carries in each direction.</param>
/// <param name="MeasuredMs">How long will be measured, for the samples.</param>
internal sealed record PeerRequest(
    PeerCommand Command,
    int Port = 0,
    ServerKind Server = default,
    WireProtocol Protocol = default,
    Sight Sight = Sight.BothWays,
    double RoundTripMs = 0,
    double? BitsPerSecond = null,
    double MeasuredMs = 0);
