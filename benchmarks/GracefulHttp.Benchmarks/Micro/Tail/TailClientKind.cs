namespace GracefulHttp.Benchmarks.Micro.Tail;

/// <summary>What is done about a slow answer.</summary>
internal enum TailClientKind
{
    /// <summary>Nothing: it is waited for.</summary>
    None,

    /// <summary>Polly's attempt time-out and retry, over a plain client.</summary>
    Polly,

    /// <summary>Polly's hedging, over a plain client.</summary>
    Hedging,

    /// <summary>A <see cref="GracefulRetryHandler"/> over a <see cref="GracefulHttpHandler"/>.</summary>
    Retry,
}
