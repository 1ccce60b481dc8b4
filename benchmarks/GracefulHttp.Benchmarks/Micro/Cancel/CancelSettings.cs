using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Micro.Cancel;

/// <summary>What to measure. Valid: whoever creates it has checked.</summary>
internal sealed record CancelSettings
{
    public required IReadOnlyList<WireProtocol> Protocols { get; init; }

    /// <summary>How often every client has its turn.</summary>
    public required int Rounds { get; init; }

    /// <summary>Requests of a turn that wait at the same time and are abandoned one after the other.</summary>
    public required int Cancels { get; init; }
}
