namespace GracefulHttp.Benchmarks.Counting;

/// <summary>Counts from its creation on.</summary>
internal interface IWireCounter : IAsyncDisposable
{
    CountingMethod Method { get; }

    /// <summary>What there has been so far, at no cost; null is what this way of counting does not tell.</summary>
    (long? ConnectionsOpened, long? TimeWait) Peek();

    /// <summary>The counts, with everything that was sent before the call.</summary>
    Task<WireCounts> ReadAsync();
}
