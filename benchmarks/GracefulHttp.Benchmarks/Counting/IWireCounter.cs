namespace GracefulHttp.Benchmarks.Counting;

/// <summary>Counts from its creation on.</summary>
internal interface IWireCounter : IAsyncDisposable
{
    CountingMethod Method { get; }

    /// <summary>The counts, with everything that was sent before the call.</summary>
    Task<WireCounts> ReadAsync();
}
