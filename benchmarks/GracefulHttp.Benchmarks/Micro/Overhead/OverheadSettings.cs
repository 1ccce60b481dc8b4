using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Micro.Overhead;

/// <summary>What to measure. Valid: whoever creates it has checked.</summary>
internal sealed record OverheadSettings
{
    /// <summary>The size of a large body, 10 MiB.</summary>
    public const int DownloadSize = 10 * 1024 * 1024;

    public required IReadOnlyList<WireProtocol> Protocols { get; init; }

    /// <summary>How often every handler has its turn.</summary>
    public required int Rounds { get; init; }

    /// <summary>Small requests of a handler in a round.</summary>
    public required int Requests { get; init; }

    /// <summary>Large bodies of a handler in a round: as many as take some milliseconds.</summary>
    public int Downloads => Math.Max(1, Requests / 100);


    public int CallsPerRound(MeasuredCall call) => call == MeasuredCall.Download ? Downloads : Requests;
}
