using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Micro.Linger;

/// <summary>What to measure. Valid: whoever creates it has checked.</summary>
internal sealed record LingerSettings
{
    public required IReadOnlyList<WireProtocol> Protocols { get; init; }

    /// <summary>How many connections linger at once.</summary>
    public required int Connections { get; init; }

    /// <summary>How long each lingers: it must be enough to abandon them all and to look at them.</summary>
    public required TimeSpan LingerTimeout { get; init; }

}
