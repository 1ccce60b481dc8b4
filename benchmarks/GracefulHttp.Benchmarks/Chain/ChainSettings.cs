using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Chain;

/// <summary>What <c>chain</c> was asked for.</summary>
internal sealed record ChainSettings
{
    /// <summary>How many services call each other.</summary>
    public const int Services = 3;

    public required WireProtocol Protocol { get; init; }

    /// <summary>Calls per row.</summary>
    public required int Calls { get; init; }

    public required TimeSpan DrainTimeout { get; init; }

    /// <summary>How long the last service works, unless it learns that nobody waits.</summary>
    public required TimeSpan Work { get; init; }
}
