namespace GracefulHttp.Benchmarks.Micro.Storm;

/// <summary>How one client came through the storm. <see langword="null"/> where nothing was answered.</summary>
internal sealed record StormRow
{
    public required MeasuredClient Client { get; init; }

    /// <summary>Requests whose caller left.</summary>
    public required int Abandoned { get; init; }

    /// <summary>Requests beside the storm that were answered right.</summary>
    public required int Answered { get; init; }

    /// <summary>Requests in the storm and beside it that ended in any other way.</summary>
    public required int Failed { get; init; }

    public required string? FirstFailure { get; init; }

    /// <summary>The same without the storm.</summary>
    public required int FailedAlone { get; init; }

    /// <summary>Connections opened in the storm.</summary>
    public required long ConnectionsOpened { get; init; }

    /// <summary>RST_STREAM frames sent in the storm.</summary>
    public required long StreamResets { get; init; }

    public required double? AloneP50Ms { get; init; }

    public required double? AloneP99Ms { get; init; }

    public required double? BesideP50Ms { get; init; }

    public required double? BesideP99Ms { get; init; }

    /// <summary>The 99th percentile beside the storm against that without it, in the same round.</summary>
    public required Spread? P99Ratio { get; init; }

    public int Requests => Abandoned + Answered + Failed;

    public double FailedShare => Requests > 0 ? (double)Failed / Requests : 0;
}
