namespace GracefulHttp.Benchmarks.Chain;

/// <summary>What the caller and the services call with.</summary>
internal enum ChainClient
{
    /// <summary>A plain <see cref="HttpClient"/>, all of them.</summary>
    Plain,

    /// <summary><see cref="AbandonStrategy.Close"/>, all of them.</summary>
    Close,

    /// <summary><see cref="AbandonStrategy.Drain"/>, all of them.</summary>
    Drain,

    /// <summary>The caller drains, the services close.</summary>
    DrainThenClose,
}
