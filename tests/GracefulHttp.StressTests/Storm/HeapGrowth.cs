namespace GracefulHttp.StressTests.Storm;

/// <summary>The heap after rounds of one kind.</summary>
/// <param name="IsQuick">The kind.</param>
/// <param name="WarmedUp">Its bytes after the warm-up.</param>
/// <param name="Last">Its bytes after the last round.</param>
internal readonly record struct HeapGrowth(bool IsQuick, long WarmedUp, long Last)
{
    /// <summary>What comes and goes with the size of pools and caches.</summary>
    public const long Slack = 12 * 1024 * 1024;

    public bool IsFlat => Last <= WarmedUp + Slack;
}
