namespace GracefulHttp.Benchmarks.Compare;

/// <summary>What becomes of the abandoned requests of a row.</summary>
internal enum CompareStrategy
{
    /// <summary>A plain <see cref="HttpClient"/>, without this library.</summary>
    Abort,

    /// <summary><see cref="AbandonStrategy.Close"/>.</summary>
    Close,

    /// <summary><see cref="AbandonStrategy.Drain"/>.</summary>
    Drain,

    /// <summary>
    /// <see cref="GracefulRetryHandler"/> over <see cref="Drain"/>: the caller does not leave, it asks once more, and what it does not
    /// need of the two answers is abandoned.
    /// </summary>
    Retry,
}
