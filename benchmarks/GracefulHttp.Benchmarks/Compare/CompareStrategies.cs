namespace GracefulHttp.Benchmarks.Compare;

/// <summary>Which strategies there are where.</summary>
internal static class CompareStrategies
{
    /// <summary>What becomes of a request that is given up; the other is asked for.</summary>
    public static CompareStrategy[] OfGivingUp { get; } = [CompareStrategy.Abort, CompareStrategy.Close, CompareStrategy.Drain];

    /// <summary>An answer whose headers are there is not asked for again.</summary>
    public static bool IsFor(this CompareStrategy strategy, RequestPhase phase) =>
        strategy != CompareStrategy.Retry || phase == RequestPhase.Headers;
}
